namespace MirroredInfluence.Storage;

internal static class ObjectKey
{
    /// <exception cref="ArgumentException">It is no relative name, or would leave the place it is relative to.</exception>
    public static string Checked(string key) => key.Length > 0 && !key.Split('/').Any(part => part is "" or "." or "..")
        ? key
        : throw new ArgumentException($"'{key}' is no key; expected names with '/' between them.", nameof(key));
}
