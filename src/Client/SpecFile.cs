namespace MirroredInfluence.Client;

/// <summary>A run spec in a file.</summary>
public static class SpecFile
{
    /// <summary>Relative paths in the file are relative to it.</summary>
    /// <exception cref="MirroredException">Invalid: there is no such file, or it is no spec (<see cref="RunSpecReader"/>).</exception>
    public static RunSpec Read(string path)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw Failure.Invalid($"{path}: cannot be read: {exception.Message.TrimEnd('.')}; expected the file of a run spec.", exception);
        }

        var json = RunSpecReader.Parse(text, path);
        SpecPaths.ResolveAll(json, Path.GetDirectoryName(Path.GetFullPath(path))!);
        try
        {
            return RunSpecReader.Read(json);
        }
        catch (MirroredException exception)
        {
            throw Failure.Invalid($"{path}: {exception.Message}", exception);
        }
    }
}
