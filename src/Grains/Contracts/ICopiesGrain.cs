namespace MirroredInfluence.Grains;

/// <summary>Which silos have a copy of a remote object, in one version, which is the key; and from where the others take it: each from one that has it, so that the store is read once.</summary>
[Alias("MirroredInfluence.ICopiesGrain")]
public interface ICopiesGrain : IGrainWithStringKey
{
    /// <param name="silo">That has none.</param>
    /// <returns>A silo to take it from; empty: from the store; null: none is free now.</returns>
    [Alias("Take")]
    Task<string?> TakeAsync(string silo);

    /// <summary>The silo has the copy.</summary>
    [Alias("Copied")]
    Task CopiedAsync(string silo);

    /// <summary>A silo that should have it does not give it.</summary>
    [Alias("Failed")]
    Task FailedAsync(string source);
}
