namespace MirroredInfluence.EndToEnd.Tests;

/// <summary>A folder of one test's own, gone with it.</summary>
internal sealed class WorkFolder : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("mirrored-").FullName;

    public string this[params ReadOnlySpan<string> parts] => Path.Combine([Root, .. parts]);

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
