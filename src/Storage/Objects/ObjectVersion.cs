namespace MirroredInfluence.Storage;

/// <summary>One content of an object. Another content has another tag.</summary>
public readonly record struct ObjectVersion(long Length, string Tag);
