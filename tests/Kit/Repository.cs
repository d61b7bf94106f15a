namespace MirroredInfluence.Testing;

/// <summary>The checkout the tests run in.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string Path(params string[] parts) => System.IO.Path.Combine([Root, .. parts]);

    private static string FindRoot()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = System.IO.Path.GetDirectoryName(folder))
        {
            if (File.Exists(System.IO.Path.Combine(folder, "MirroredInfluence.sln")))
            {
                return folder;
            }
        }

        throw new InvalidOperationException($"No MirroredInfluence.sln above {AppContext.BaseDirectory}.");
    }
}
