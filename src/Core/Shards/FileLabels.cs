namespace MirroredInfluence;

/// <summary>Files by the end of their path that no other of them has: "train.arrow", or "a/train.arrow" beside "b/train.arrow".</summary>
public sealed class FileLabels
{
    private readonly Dictionary<string, string> _labels = new(StringComparer.Ordinal);

    public FileLabels(IEnumerable<DataFile> files)
    {
        var unnamed = files.Select(file => file.Uri).Distinct(StringComparer.Ordinal).ToList();
        for (var segmentCount = 1; unnamed.Count > 0; segmentCount++)
        {
            var shared = new List<string>();
            foreach (var ofOneEnd in unnamed.GroupBy(uri => End(uri, segmentCount), StringComparer.Ordinal))
            {
                if (ofOneEnd.Take(2).ToArray() is [var only])
                    _labels.Add(only, ofOneEnd.Key);
                else
                    shared.AddRange(ofOneEnd);
            }

            unnamed = shared;
        }
    }

    /// <param name="uri">Of one of the files.</param>
    public string Of(string uri) => _labels[uri];

    /// <summary>The last segments of a path; all of it when it has no more.</summary>
    private static string End(string uri, int segmentCount)
    {
        var start = uri.Length;
        for (var i = 0; i < segmentCount; i++)
        {
            if (start <= 0)
                return uri;
            start = uri.LastIndexOf('/', start - 1);
        }

        return uri[(start + 1)..];
    }
}
