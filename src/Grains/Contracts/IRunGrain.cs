namespace MirroredInfluence.Grains;

/// <summary>
/// The coordinator of a run; its key is the run directory, which holds all of its state: woken on another silo, it goes on from what is committed. Has a
/// silo with lanes plan and ascend the run, once, announces the weights to the silos with lanes, hands out shards, and makes the result.
/// </summary>
[Alias("MirroredInfluence.IRunGrain")]
public interface IRunGrain : IGrainWithStringKey
{
    /// <summary>After which a call that takes no time is taken for lost, and made again by another gateway.</summary>
    private const string Prompt = "00:00:05";

    /// <summary>Goes on with the run, if it has not ended. Called when it is submitted and now and then, so that a run outlives the silo of its coordinator.</summary>
    /// <returns>False when it has ended.</returns>
    [Alias("Wake")]
    Task<bool> WakeAsync();

    /// <exception cref="MirroredException">Invalid: no such run was submitted.</exception>
    [Alias("Report"), AnyGateway, ResponseTimeout(Prompt)]
    Task<RunReport> ReportAsync();

    /// <summary>Answers when there is news, or after a while without.</summary>
    /// <param name="version">Of the report that the caller has; −1 for none.</param>
    [Alias("News"), AnyGateway, ResponseTimeout(Prompt)]
    Task<RunReport> NewsAsync(long version);

    /// <summary>0 to 100, of lane time from now on; 0 hands out no shards.</summary>
    [Alias("SetPriority"), AnyGateway, ResponseTimeout(Prompt)]
    Task SetPriorityAsync(int priority);

    [Alias("Cancel"), AnyGateway]
    Task CancelAsync();

    /// <summary>A piece of <c>result.json</c> of a finished run; empty at its end.</summary>
    [Alias("ReadResult"), AnyGateway, ResponseTimeout(Prompt)]
    Task<byte[]> ReadResultAsync(long offset);

    /// <summary>The result as if there were no other shards than are scored by now.</summary>
    [Alias("ReadSoFar"), AnyGateway]
    Task<SoFarReport> ReadSoFarAsync();

    /// <summary>A lane has come to an end of its shard, or has none: says what is done, and asks for the next.</summary>
    [Alias("Exchange")]
    Task<ShardOrder> ExchangeAsync(LaneReport report);
}
