namespace MirroredInfluence;

/// <summary>A file as a spec names it: a path, or an address with a scheme, such as <c>az://account/container/train.arrow</c>.</summary>
public static class FileUri
{
    public static bool IsRemote(string uri) => uri.Contains("://", StringComparison.Ordinal);
}
