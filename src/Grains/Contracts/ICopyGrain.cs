namespace MirroredInfluence.Grains;

/// <summary>A silo's copy of a remote object: <c>silo|copy</c>. Lives on the silo that its key names.</summary>
[Alias("MirroredInfluence.ICopyGrain")]
public interface ICopyGrain : IGrainWithStringKey
{
    /// <returns>So many bytes from an offset on, or null when the silo has no such copy.</returns>
    [Alias("Read")]
    Task<byte[]?> ReadAsync(long offset, int count);
}
