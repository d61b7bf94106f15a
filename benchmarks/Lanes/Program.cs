using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using MirroredInfluence;
using MirroredInfluence.Arrow;
using MirroredInfluence.Engine;
using MirroredInfluence.Grains;
using Orleans.Configuration;

// usage: Lanes <lanes> <shards>
// What the coordinator of a cluster's run sustains: a silo without lanes, and lanes of 8 a silo that do no arithmetic and commit nothing: they ask it, by TCP, for a
// shard, and say at once that it is done. Silo and lanes are two processes; the second one is this program again.
const int LanesPerSilo = 8;
if (args is ["silo", var folder, var siloPort, var gatewayPort])
{
    await RunSiloAsync(folder, Number(siloPort), Number(gatewayPort));
    return 0;
}

if (args is not [var lanesText, var shardsText])
{
    Console.Error.WriteLine("usage: Lanes <lanes> <shards>");
    return 2;
}

var (laneCount, shardCount) = (Number(lanesText), Number(shardsText));
var work = Directory.CreateTempSubdirectory("mirrored-lanes-").FullName;
var (silo, gateway) = (FreePort(), FreePort());
using var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["silo", work, $"{silo}", $"{gateway}"]) { RedirectStandardOutput = true })!;
try
{
    await process.StandardOutput.ReadLineAsync();
    await MeasureAsync();
}
finally
{
    process.Kill();
    Directory.Delete(work, recursive: true);
}

return 0;

async Task MeasureAsync()
{
    WriteRows(Path.Combine(work, "train.arrow"), shardCount);
    WriteRows(Path.Combine(work, "test.arrow"), 1);
    var builder = Host.CreateEmptyApplicationBuilder(null);
    builder.UseOrleansClient(client => client.UseLocalhostClustering(gateway).Configure<ClusterOptions>(Name));
    using var host = builder.Build();
    await host.StartAsync();
    var grains = host.Services.GetRequiredService<IClusterClient>();
    var order = new RunOrder { Directory = Path.Combine(work, "run"), Spec = RunSpecWriter.Write(Spec()), Priority = 10, AllowPoisoned = false };
    await PrepareAsync();
    await grains.GetGrain<IRunsGrain>(0).SubmitAsync(order);
    var run = grains.GetGrain<IRunGrain>(order.Directory);
    var first = new LaneReport { Session = $"first|{order.Directory}|0", Done = [], InHand = [], UnscorableRowCount = 0, WantsShard = false, IsPrepared = true };
    while ((await run.ReportAsync()).State != RunState.Scoring)
    {
        await run.ExchangeAsync(first);
        await Task.Delay(100);
    }

    await run.ExchangeAsync(first with { IsLeaving = true });
    var (doneCount, clock, laps) = (0, Stopwatch.StartNew(), new List<(int Done, double Seconds, double Megabytes)>());
    using var stop = new CancellationTokenSource();
    var silos = Enumerable.Range(0, (laneCount + LanesPerSilo - 1) / LanesPerSilo).Select(index => new SimulatedSilo($"silo-{index}|{order.Directory}|0")).ToArray();
    var lanes = Enumerable.Range(0, laneCount).Select(lane => Task.Run(() => silos[lane / LanesPerSilo].RunLaneAsync(run, () => Interlocked.Increment(ref doneCount), stop.Token))).ToArray();
    for (var lap = 1; lap <= 10; lap++)
    {
        while (doneCount < (long)lap * shardCount * 9 / 100)
            await Task.Delay(5);
        laps.Add((doneCount, clock.Elapsed.TotalSeconds, MemoryOf(process)));
    }

    await stop.CancelAsync();
    await Task.WhenAll(lanes);
    await run.CancelAsync();
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{laneCount} lanes: {laps[^1].Done / laps[^1].Seconds:N0} shards a second, {laps[^1].Done:N0} in all"));
    foreach (var (before, lap) in laps.Prepend((0, 0, 0)).Zip(laps))
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{lap.Done,10:N0} done, {(lap.Done - before.Item1) / (lap.Seconds - before.Item2),8:N0} a second, coordinator's silo {lap.Megabytes:N0} MB"));
}

async Task PrepareAsync()
{
    using var lanes = new SiloLanes(Spec().Compute, TimeSpan.Zero, TimeProvider.System);
    using var data = new DataFiles(lanes.Cache, TimeProvider.System, CancellationToken.None);
    await new Preparation(lanes, span: null).RunAsync(lanes.Fit(Spec()), lanes.OpenStore(Path.Combine(work, "run")), lanes.Borrow(Spec().Model, data), data, CancellationToken.None);
}

RunSpec Spec() => new()
{
    Model = new ModelSpec { Uri = Path.Combine(AppContext.BaseDirectory, "exponential.pt") },
    Train = new TrainSpec { Shards = [Path.Combine(work, "train.arrow")] },
    Test = new TestSpec { Shards = [Path.Combine(work, "test.arrow")] },
    Score = new ScoreSpec { MiniBatchRows = 1 },
    Compute = new ComputeSpec { ShardRows = 1, Lanes = 1, Cache = "none" },
};

static void WriteRows(string path, int count)
{
    using var stream = File.Create(path);
    var x = new TensorColumnWriter("x", ElementType.Float32, [4]);
    for (var row = 0; row < count; row++)
        x.AppendRows<float>([row % 7 * 0.1f, 0.2f, 0.3f, 0.4f]);
    new ArrowWriter(stream, [x]).Complete();
}

static async Task RunSiloAsync(string folder, int siloPort, int gatewayPort)
{
    var builder = Host.CreateEmptyApplicationBuilder(null);
    builder.UseOrleans(silo =>
    {
        silo.UseLocalhostClustering(siloPort, gatewayPort, new IPEndPoint(IPAddress.Loopback, siloPort)).Configure<ClusterOptions>(Name);
        silo.AddMirroredGrains(grains => (grains.Ledger, grains.Lanes) = (Path.Combine(folder, "ledger"), null));
    });
    using var host = builder.Build();
    await host.StartAsync();
    Console.WriteLine("up");
    await host.WaitForShutdownAsync();
}

static void Name(ClusterOptions cluster) => (cluster.ClusterId, cluster.ServiceId) = ("lanes", "lanes");

static double MemoryOf(Process process)
{
    process.Refresh();
    return process.WorkingSet64 / 1e6;
}

static int FreePort()
{
    using var listener = new TcpListener(IPAddress.Loopback, 0);
    listener.Start();
    return ((IPEndPoint)listener.LocalEndpoint).Port;
}

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
