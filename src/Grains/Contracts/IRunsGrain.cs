namespace MirroredInfluence.Grains;

/// <summary>All runs of the cluster, and the silos that have lanes. There is one, of key 0; what it knows of runs is in the cluster's ledger.</summary>
[Alias("MirroredInfluence.IRunsGrain")]
public interface IRunsGrain : IGrainWithIntegerKey
{
    /// <summary>Writes a run into the ledger and wakes its coordinator. One that is under way takes the priority, and is joined.</summary>
    /// <exception cref="MirroredException">Invalid: no such spec or priority; a path that is not full; an address with a signature; the run that is under way is another.</exception>
    [Alias("Submit"), AnyGateway]
    Task SubmitAsync(RunOrder order);

    /// <summary>The newest first.</summary>
    [Alias("List"), AnyGateway]
    Task<RunReport[]> ListAsync();

    /// <summary>A silo with lanes lives. One that has not said so for three beats has none.</summary>
    [Alias("Beat")]
    Task BeatAsync(string silo);

    /// <summary>Silos that have lanes, by the keys of their shard grains.</summary>
    [Alias("Silos")]
    Task<string[]> SilosAsync();
}
