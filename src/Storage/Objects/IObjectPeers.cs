namespace MirroredInfluence.Storage;

/// <summary>Others that may have copies of remote objects, and are nearer than the store.</summary>
public interface IObjectPeers
{
    /// <summary>Fills a buffer with bytes of a copy that another has.</summary>
    /// <param name="copy">Names an object and its version, the same for all.</param>
    /// <returns>False when the bytes are to be taken from the store.</returns>
    Task<bool> TryReadAsync(string copy, long offset, Memory<byte> destination, CancellationToken cancellationToken);

    /// <summary>The copy is here, whole.</summary>
    Task CopiedAsync(string copy, string path);
}
