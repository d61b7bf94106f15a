using MirroredInfluence.Storage;

namespace MirroredInfluence.Report;

/// <summary>Where a run is to be written: a folder of its own.</summary>
public static class OutFolder
{
    /// <summary>Reads the place, and checks it.</summary>
    /// <exception cref="MirroredException">Invalid: no path or address, a file, or a folder that holds something else.</exception>
    public static ObjectUri Parse(string text, string option)
    {
        if (text.Length == 0)
            throw Failure.Invalid($"{option}: the path is empty; expected a folder, az://account/container/path or s3://bucket/path.");
        var place = ObjectUri.Parse(text);
        Check(place, option);
        return place;
    }

    /// <param name="option">What the place was given as, for messages.</param>
    /// <exception cref="MirroredException">Invalid: a file, or a folder that holds something else.</exception>
    public static void Check(ObjectUri place, string option)
    {
        if (place.IsRemote)
            return;
        if (File.Exists(place.Text))
            throw Failure.Invalid($"{option}: '{place}' is a file; expected a folder.");
        if (!Directory.Exists(place.Text) || Directory.EnumerateFileSystemEntries(place.Text).Select(Path.GetFileName).All(IsOfARun))
            return;
        if (!File.Exists(place.Of(RunDirectory.ManifestName)))
        {
            throw Failure.Invalid(
                $"{option}: the folder '{place}' holds other files and no {RunDirectory.ManifestName}; expected a run directory, or a folder that is empty or not there yet. "
                + $"Choose another, such as {Path.Combine(place.Text, "run")}.");
        }
    }

    /// <summary>What may be there before the run is planned: signs of life of workers, temporary files.</summary>
    private static bool IsOfARun(string? name) => name is "workers" || name!.StartsWith('.');
}
