namespace MirroredInfluence.Storage;

/// <summary>Where base losses and digests are kept between runs.</summary>
public static class CacheFolder
{
    /// <param name="setting"><c>compute.cache</c>: a folder, <c>none</c>, or null for the user's cache folder.</param>
    /// <returns>Null when the cache is off.</returns>
    public static string? Resolve(string? setting)
    {
        if (setting is not null)
            return setting == "none" ? null : Path.GetFullPath(setting);
        var xdg = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var folder = Path.IsPathRooted(xdg) ? xdg : home.Length > 0 ? Path.Combine(home, ".cache") : null;   // the XDG specification: a relative path is ignored
        return folder is null ? null : Path.Combine(folder, "mirrored-influence");
    }
}
