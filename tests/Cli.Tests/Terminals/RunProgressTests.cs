using System.Text.Json;
using MirroredInfluence.Engine;

namespace MirroredInfluence.Cli.Tests.Terminals;

public sealed class RunProgressTests : IDisposable
{
    private readonly SteppedTime _time = new();
    private readonly StringWriter _output = new() { NewLine = "\n" };
    private readonly StringWriter _error = new() { NewLine = "\n" };

    public void Dispose()
    {
        _output.Dispose();
        _error.Dispose();
    }

    [Fact]
    public void Piped_ALineComesEveryFewSeconds_AndOneAtTheEnd()
    {
        var printer = new RunProgressPrinter(new Terminal(_output, _error, _time));

        printer.Report(Scoring(0));
        for (var second = 1; second < 12; second++)
        {
            _time.Advance(1);
            printer.Report(Scoring(1000 * second) with { PerSecond = 1000, Remaining = TimeSpan.FromSeconds(12 - second), UnscorableRowCount = 3 });
        }

        _time.Advance(1);
        printer.Report(Scoring(12_000));
        printer.Report(Scoring(12_000));

        Assert.Equal(
            """
            scoring: 41.7 %  5,000 of 12,000 rows  1,000/s  7.0 s left  3 unscorable
            scoring: 83.3 %  10,000 of 12,000 rows  1,000/s  2.0 s left  3 unscorable
            scoring: 12,000 rows in 12 s

            """.ReplaceLineEndings("\n"),
            _error.ToString());
    }

    [Fact]
    public void OnATerminal_OneLineIsWrittenOver_AndGivesWayToOthers()
    {
        var terminal = new Terminal(_output, _error, _time) { IsErrorInteractive = true, Width = 24 };
        var printer = new RunProgressPrinter(terminal);

        _time.Advance(1);
        printer.Report(Scoring(6000));
        printer.Report(Scoring(6001));
        _time.Advance(1);
        printer.Report(Scoring(7000) with { Notice = "query 3 stays flat" });
        printer.Report(Scoring(9000));
        terminal.Say("mirrored: stopped");

        Assert.Equal("\r\e[Kscoring: 50.0 %  6,000 \r\e[Knote: query 3 stays flat\n\r\e[Kscoring: 75.0 %  9,000 \r\e[Kmirrored: stopped\n", _error.ToString());
    }

    [Fact]
    public void ForPrograms_EachLineIsAnObject_OneASecondAndAtTheEnds()
    {
        var json = new RunProgressJson(new Terminal(_output, _error, _time));

        json.Report(Scoring(0));
        _time.Advance(0.5);
        json.Report(Scoring(1));
        _time.Advance(0.5);
        json.Report(Scoring(2));
        json.Report(Scoring(12_000));

        var lines = _output.ToString().TrimEnd('\n').Split('\n').Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        Assert.Equal([0, 2, 12_000], lines.Select(line => line.GetProperty("doneCount").GetInt64()));
        Assert.All(lines, line => Assert.Equal(("progress", "scoring"), (line.GetProperty("event").GetString(), line.GetProperty("phase").GetString())));
    }

    private static RunProgress Scoring(long doneCount) => new()
    {
        Phase = RunPhase.Scoring,
        DoneCount = doneCount,
        TotalCount = 12_000,
        PerSecond = 0,
        Remaining = null,
        UnscorableRowCount = 0,
    };
}
