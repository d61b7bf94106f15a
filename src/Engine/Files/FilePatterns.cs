using System.IO.Enumeration;
using System.Text;
using System.Text.RegularExpressions;

namespace MirroredInfluence.Engine;

/// <summary>
/// A path or a glob → files. <c>*</c> and <c>?</c> match within a folder's or file's name, <c>**</c> any number of folders. As in a shell, a
/// name that starts with a dot is matched only by a pattern that does, and <c>**</c> does not follow links to folders.
/// </summary>
internal static class FilePatterns
{
    /// <returns>Absolute paths, ordinally.</returns>
    /// <param name="field">The spec's field, for messages.</param>
    public static SortedSet<string> Match(string pattern, string field)
    {
        if (pattern.Length == 0)
            throw Failure.Invalid($"{field}: a pattern is empty; expected a path or a glob.");

        var path = Path.GetFullPath(pattern);
        if (File.Exists(path))
            return new SortedSet<string> { path };

        if (Directory.Exists(path))
            throw Failure.Invalid($"{field}: '{pattern}' is a folder; expected files. Write '{pattern.TrimEnd('/')}/*.arrow'.");

        if (!IsGlob(path))
            throw Failure.Invalid($"{field}: there is no file '{pattern}'{LookedFor(pattern, path)}.");

        var root = Path.GetPathRoot(path)!;
        var segments = path[root.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries);
        var files = new SortedSet<string>(StringComparer.Ordinal);
        try
        {
            Walk(root, segments, files);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failure.Invalid($"{field}: the folders of '{pattern}' cannot be listed: {e.Message}", e);
        }

        return files.Count > 0 ? files : throw Failure.Invalid($"{field}: no file matches '{pattern}'{LookedFor(pattern, path)}.");
    }

    /// <summary>The same globs, but <c>?</c>, over the keys of a store.</summary>
    public static Regex OfKeys(string glob)
    {
        const string folders = "(?:[^/.][^/]*/)*";
        var regex = new StringBuilder("^");
        var segments = glob.Split('/');
        for (var i = 0; i < segments.Length; i++)
        {
            var isLast = i == segments.Length - 1;
            if (segments[i] == "**")
                regex.Append(folders);
            if (segments[i] == "**" && !isLast)
                continue;
            if (segments[i].StartsWith('*'))
                regex.Append("(?:[^/.][^/]*)?");
            regex.Append(Regex.Escape(segments[i].TrimStart('*')).Replace(@"\*", "[^/]*", StringComparison.Ordinal)).Append(isLast ? "$" : "/");
        }

        return new Regex(regex.ToString(), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
    }

    private static string LookedFor(string pattern, string path) => pattern == path ? "" : $" (looked for '{path}')";

    private static bool IsGlob(string text) => text.AsSpan().IndexOfAny('*', '?') >= 0;

    private static void Walk(string folder, ReadOnlySpan<string> segments, SortedSet<string> files)
    {
        var segment = segments[0];
        var rest = segments[1..];
        if (segment == "**")
        {
            // `**` stands for no folder, or for one folder and `**` again; at a pattern's end it means the files of them all.
            Walk(folder, rest.Length == 0 ? ["*"] : rest, files);
            foreach (var inner in Folders(folder))
            {
                if (inner.LinkTarget is null && Matches("*", inner.Name))
                    Walk(inner.FullName, segments, files);
            }
        }
        else if (rest.Length == 0)
        {
            files.UnionWith(Files(folder).Where(file => Matches(segment, file.Name)).Select(file => file.FullName));
        }
        else if (!IsGlob(segment))
        {
            Walk(Path.Join(folder, segment), rest, files);
        }
        else
        {
            foreach (var inner in Folders(folder))
            {
                if (Matches(segment, inner.Name))
                    Walk(inner.FullName, rest, files);
            }
        }
    }

    private static IEnumerable<DirectoryInfo> Folders(string folder) =>
        Directory.Exists(folder) ? new DirectoryInfo(folder).EnumerateDirectories() : [];

    private static IEnumerable<FileInfo> Files(string folder) =>
        Directory.Exists(folder) ? new DirectoryInfo(folder).EnumerateFiles() : [];

    private static bool Matches(string segment, string name) =>
        (name[0] != '.' || segment[0] == '.') && FileSystemName.MatchesSimpleExpression(segment, name, ignoreCase: false);
}
