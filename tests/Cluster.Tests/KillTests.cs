namespace MirroredInfluence.Cluster.Tests;

/// <summary>The environment sets how many trials there are, MIRRORED_TRIALS, and the first seed, MIRRORED_TRIALS_SEED.</summary>
public sealed class KillTests(Bench bench)
{
    private const int TrialCountDefault = 2, SeedDefault = 3;

    [Fact]
    public async Task SilosKilledAtRandomMoments_ChangeNothing()
    {
        var spec = bench.Spec();
        var expected = await bench.RunAloneAsync(spec);
        var (first, count) = (Setting.Number("MIRRORED_TRIALS_SEED", SeedDefault), Setting.Number("MIRRORED_TRIALS", TrialCountDefault));
        foreach (var seed in Enumerable.Range(first, count))
            await new KillTrial(bench, spec, seed).RunAsync(expected, TestContext.Current.CancellationToken);
    }
}
