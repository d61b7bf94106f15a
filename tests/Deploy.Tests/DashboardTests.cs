using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace MirroredInfluence.Deploy.Tests;

/// <summary>The Grafana dashboard: its queries by Prometheus's own grammar, its metrics by docs/reference/telemetry.md, which Cli.Tests holds to the instruments.</summary>
public sealed partial class DashboardTests
{
    private static readonly string[] OfEveryMetric = ["job", "instance", "le"];

    private static readonly JsonNode Dashboard = JsonNode.Parse(File.ReadAllText(Repository.Path("helm", "mirrored", "dashboards", "mirrored.json")))!;

    [Fact]
    public async Task TheSidecarFindsIt_WhenItIsAskedFor()
    {
        Assert.DoesNotContain(await Chart.RenderAsync("cpu"), found => found.At("metadata/labels")!["grafana_dashboard"] is not null);

        var shipped = Assert.Single(await Chart.RenderAsync("cpu", "--set", "telemetry.dashboard=true"), found => found.At("metadata/labels")!["grafana_dashboard"] is not null);
        Assert.Equal("1", shipped.At("metadata/labels")!["grafana_dashboard"]!.ToString());
        Assert.True(JsonNode.DeepEquals(Dashboard, JsonNode.Parse(shipped.At("data")!["mirrored.json"]!.ToString())));
    }

    [Fact]
    public async Task EveryQuery_AsksForMetricsThatExist_ByTheirAttributes()
    {
        var labelsOf = Metrics().ToDictionary(metric => metric.Name, metric => metric.Labels);
        foreach (var query in await QueriesAsync())
        {
            Assert.Equal(0, query.Faults);
            Assert.NotEmpty(query.Metrics);
            Assert.All(query.Metrics, metric =>
            {
                var labels = labelsOf[metric.Name].Concat(OfEveryMetric).ToArray();
                Assert.Subset(labels.ToHashSet(), metric.Labels.Concat(query.GroupedBy).ToHashSet());
                Assert.Contains("job", metric.Labels);
            });
        }
    }

    [Fact]
    public async Task EveryMetricOfOurs_IsShown()
    {
        var shown = (await QueriesAsync()).SelectMany(query => query.Metrics.Select(metric => metric.Name)).ToHashSet();

        Assert.All(Metrics().GroupBy(metric => metric.Of), metric => Assert.Contains(metric, one => shown.Contains(one.Name)));
    }

    [Fact]
    public void Panels_StandApart()
    {
        var cells = Dashboard.List("panels").SelectMany(panel =>
            from x in Enumerable.Range(int.Parse(panel.Text("gridPos/x")!), int.Parse(panel.Text("gridPos/w")!))
            from y in Enumerable.Range(int.Parse(panel.Text("gridPos/y")!), int.Parse(panel.Text("gridPos/h")!))
            select (x, y)).ToArray();

        Assert.Distinct(cells);
        Assert.All(cells, cell => Assert.InRange(cell.x, 0, 23));
        Assert.Distinct(Dashboard.List("panels").Select(panel => panel.Text("id")));
        Assert.All(Dashboard.List("panels"), panel => Assert.Equal("${datasource}", panel.Text("datasource/uid")));
    }

    [Fact]
    public void TheRunsToChooseFrom_AreThoseOfAMetricThatExists()
    {
        var query = Dashboard.List("templating/list").Single(variable => variable.Text("name") == "job").Text("query/query")!;

        Assert.Contains(LabelValues().Match(query).Groups[1].Value, Metrics().Select(metric => metric.Name));
    }

    private static async Task<IReadOnlyList<Query>> QueriesAsync()
    {
        string[] expressions =
        [
            .. Dashboard.List("panels").SelectMany(panel => panel.List("targets")).Select(target => target.Text("expr")!
                .Replace("$__rate_interval", "5m", StringComparison.Ordinal).Replace("$__range", "3h", StringComparison.Ordinal)),
        ];
        using var work = new TemporaryFolder();
        var parsed = await Tool.MustRunAsync("node", Repository.Path("tests", "Deploy.Tests", "promql.mjs"), work.Write("queries.json", JsonSerializer.Serialize(expressions)));
        Query[] queries = [.. parsed.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Deserialize<Query>(line, JsonSerializerOptions.Web)!)];
        Assert.Equal(expressions.Length, queries.Length);
        return queries;
    }

    /// <summary>What Prometheus stores of the instruments in the table, a histogram as three metrics.</summary>
    private static IEnumerable<(string Of, string Name, string[] Labels)> Metrics()
    {
        var reference = File.ReadAllText(Repository.Path("docs", "reference", "telemetry.md"));
        var rows = Row().Matches(reference).Select(row => (Kind: row.Groups[1].Value, Attributes: row.Groups[2].Value, Name: row.Groups[3].Value));
        return rows.Append((Kind: "histogram", Attributes: "`server.address`", Name: "http_client_request_duration_seconds")).SelectMany(row =>
        {
            string[] labels = [.. row.Attributes.Split(['`', ',', ' '], StringSplitOptions.RemoveEmptyEntries).Select(attribute => attribute.Replace('.', '_'))];
            string[] endings = row.Kind == "histogram" ? ["_bucket", "_sum", "_count"] : [""];
            return endings.Select(ending => (row.Name, row.Name + ending, labels));
        });
    }

    [GeneratedRegex(@"^\| `[a-z_.]+` \| (counter|histogram|updowncounter) \| `[^`]+` \|(.*?)\| .* \| `([a-z_]+)` \|$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"^label_values\(([a-z_]+), job\)$")]
    private static partial Regex LabelValues();

    private sealed record Query(int Faults, Selected[] Metrics, string[] GroupedBy);

    private sealed record Selected(string Name, string[] Labels);
}
