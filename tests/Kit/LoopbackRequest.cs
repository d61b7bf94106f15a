namespace MirroredInfluence.Testing;

/// <param name="Target">Path and query, as sent.</param>
internal sealed record LoopbackRequest(string Method, string Target, IReadOnlyDictionary<string, string> Headers, byte[] Body);
