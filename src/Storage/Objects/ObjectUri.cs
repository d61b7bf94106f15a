using System.Text.RegularExpressions;

namespace MirroredInfluence.Storage;

/// <summary>
/// Where objects are, as a user writes it: a path, <c>az://account/container/path</c>, <c>s3://bucket/path</c>, or an https address. What follows a '?' may be a signature: it
/// is used, and never part of the text.
/// </summary>
public sealed partial class ObjectUri
{
    private const string Expected = "expected a path, az://account/container/path, s3://bucket/path or https://host/path";

    private ObjectUri(string text, Uri? address)
    {
        Text = text;
        Address = address;
    }

    /// <summary>As written, without a query.</summary>
    public string Text { get; }

    public bool IsRemote => Address is not null;

    /// <summary>Its last name.</summary>
    public string Name => IsRemote ? Text[(Text.LastIndexOf('/') + 1)..] : Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(Text)));

    /// <summary>Whether it was written with what may be a signature.</summary>
    public bool HasQuery => Address?.Query.Length > 1;

    /// <summary>With the query, which may be secret; null for a path.</summary>
    public Uri? Address { get; }

    /// <summary>A remote address as the place that an object is in, and the object's key there; both may hold <c>*</c>, and the place has no name with one.</summary>
    public (ObjectUri Place, string Key) Split()
    {
        var hostEnd = Text.IndexOf('/', Text.IndexOf("://", StringComparison.Ordinal) + 3);
        if (!IsRemote || hostEnd < 0)
            throw Failure.Invalid($"{Text}: names no object; {Expected}, with the object's name at its end.");
        var glob = Text.IndexOf('*', StringComparison.Ordinal);
        var placeEnd = Text.LastIndexOf('/', glob < 0 ? Text.Length - 1 : glob);
        return (new ObjectUri(Text[..placeEnd], new Uri(Text[..placeEnd] + Address!.Query)), Uri.UnescapeDataString(Text[(placeEnd + 1)..]));
    }

    /// <summary>The address of an object in this place, with the place's query.</summary>
    public ObjectUri At(string key)
    {
        var text = $"{Text}/{string.Join('/', key.Split('/').Select(Uri.EscapeDataString))}";
        return new ObjectUri(text, new Uri(text + Address!.Query));
    }

    /// <exception cref="MirroredException">Invalid: it is neither a path nor an address that can be opened.</exception>
    public static ObjectUri Parse(string text)
    {
        if (text.Length == 0)
            throw Failure.Invalid($"an address is empty; {Expected}.");

        var schemeEnd = text.IndexOf("://", StringComparison.Ordinal);
        if (schemeEnd < 0)
            return new ObjectUri(text, null);

        var scheme = text[..schemeEnd];
        if (scheme is not ("az" or "s3" or "https" or "http"))
            throw Failure.Invalid($"an address begins with {scheme}://; {Expected}.");
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Host.Length == 0 || address.UserInfo.Length > 0 || address.Fragment.Length > 0)
            throw Failure.Invalid($"an address that begins with {scheme}:// cannot be read; {Expected}, with no user name before the host, and %23 for '#'.");
        return new ObjectUri(text.Split('?')[0].TrimEnd('/'), address);
    }

    /// <summary>A text without what follows the '?' of any address in it: for messages that quote what a user wrote.</summary>
    public static string HideQueries(string text) => Query().Replace(text, "");

    /// <summary>What messages call an object in it.</summary>
    public string Of(string key) => IsRemote ? $"{Text}/{key}" : Path.Combine(Text, key);

    public override string ToString() => Text;

    [GeneratedRegex(@"(?<=\w:/[^\s?'""]*)\?[^\s'""]*")]
    private static partial Regex Query();
}
