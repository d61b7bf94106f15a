using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace MirroredInfluence.Cluster.Tests;

/// <summary>A built silo, with free ports of this machine and one lane.</summary>
internal sealed partial class SiloProcess : IAsyncDisposable
{
    private const int KillSignal = 9, TerminateSignal = 15, ContinueSignal = 18, StopSignal = 19;
    private static readonly TimeSpan StartPatience = TimeSpan.FromMinutes(2), Poll = TimeSpan.FromMilliseconds(50);
    private static readonly HttpClient s_http = new() { Timeout = TimeSpan.FromMinutes(1) };

    private readonly List<string> _said = [];
    private readonly List<SiloEvent> _events = [];
    private readonly OwnedProcess _process;
    private readonly int _healthPort;

    private SiloProcess(string name, int[] ports, Dictionary<string, string> environment)
    {
        (Name, SiloPort, GatewayPort, _healthPort) = (name, ports[0], ports[1], ports[2]);
        _process = OwnedProcess.Start([Repository.Path("artifacts", "bin", "Silo", "release", "MirroredInfluence.Silo")], environment, Read);
    }

    public string Name { get; }

    public int SiloPort { get; }

    public int GatewayPort { get; }

    /// <summary>When it was killed.</summary>
    public DateTime? KilledAt { get; private set; }

    public bool HasExited => _process.HasExited;

    /// <summary>Everything on its output, a line each.</summary>
    public string[] Said
    {
        get
        {
            lock (_said)
                return [.. _said];
        }
    }

    /// <summary>What its log says of shards and runs. A killed silo's last lines may be missing.</summary>
    public SiloEvent[] Events
    {
        get
        {
            lock (_said)
                return [.. _events];
        }
    }

    /// <param name="settings">Of the section <c>Silo</c>.</param>
    /// <param name="variables">Others of its environment.</param>
    public static SiloProcess Start(string name, IEnumerable<KeyValuePair<string, string>> settings, params IEnumerable<KeyValuePair<string, string>> variables)
    {
        var ports = FreePorts.Take(3);
        var environment = settings.Select(setting => KeyValuePair.Create($"Silo__{setting.Key}", setting.Value)).Concat(variables).ToDictionary();
        (environment["Silo__SiloPort"], environment["Silo__GatewayPort"], environment["Silo__HealthPort"]) = ($"{ports[0]}", $"{ports[1]}", $"{ports[2]}");
        environment["Logging__LogLevel__MirroredInfluence"] = "Debug";
        environment["Logging__Console__FormatterOptions__SingleLine"] = "true";
        environment["Logging__Console__FormatterOptions__UseUtcTimestamp"] = "true";
        environment["Logging__Console__FormatterOptions__TimestampFormat"] = "yyyy-MM-ddTHH:mm:ss.ffffffZ ";
        return new SiloProcess(name, ports, environment);
    }

    public async Task ReadyAsync(CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        while (await AskReadyAsync(cancellationToken) is not { IsReady: true })
        {
            Assert.False(HasExited, $"{Name} ended before it was ready:\n{string.Join('\n', Said)}");
            Assert.True(clock.Elapsed < StartPatience, $"{Name} is not ready after {clock.Elapsed.TotalSeconds:F0} s:\n{string.Join('\n', Said)}");
            await Task.Delay(Poll, cancellationToken);
        }
    }

    /// <summary>What <c>/ready</c> answers; null before anything does.</summary>
    public async Task<(bool IsReady, string Body)?> AskReadyAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await s_http.GetAsync(new Uri($"http://127.0.0.1:{_healthPort}/ready"), cancellationToken);
            return (answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(cancellationToken));
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    public void Kill()
    {
        KilledAt = DateTime.UtcNow;
        _process.Send(KillSignal);
    }

    public void Terminate() => _process.Send(TerminateSignal);

    public void Pause() => _process.Send(StopSignal);

    public void Resume() => _process.Send(ContinueSignal);

    /// <inheritdoc cref="OwnedProcess.EndAsync"/>
    public Task<int> EndAsync(CancellationToken cancellationToken) => _process.EndAsync(cancellationToken);

    /// <summary>The most memory it has had in use, in bytes.</summary>
    public long PeakBytes()
    {
        var line = File.ReadLines($"/proc/{_process.Id}/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        return 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private void Read(string line)
    {
        lock (_said)
        {
            _said.Add(line);
            if (LogLine().Match(line) is { Success: true } match)
            {
                var at = DateTime.Parse(match.Groups["at"].Value, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind);
                var shard = match.Groups["shard"] is { Success: true, Value: var text } ? int.Parse(text, CultureInfo.InvariantCulture) : -1;
                _events.Add(new SiloEvent(Name, at, match.Groups["run"].Value, Enum.Parse<SiloEventKind>(match.Groups["what"].Value, ignoreCase: true), shard));
            }
        }
    }

    [GeneratedRegex(@"^(?<at>\S+Z) \w+: MirroredInfluence\.Grains\.\w+\[\d+\] (?<run>\S+): (shard (?<shard>\d+) )?(?<what>taken|committed|coordinated)\b")]
    private static partial Regex LogLine();
}
