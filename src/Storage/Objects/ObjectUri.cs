using System.Text.RegularExpressions;

namespace MirroredInfluence.Storage;

/// <summary>
/// Where objects are, as a user writes it: a path, <c>az://account/container/path</c>, or an https address. What follows a '?' may be a signature: it
/// is used, and never part of the text.
/// </summary>
public sealed partial class ObjectUri
{
    private const string Expected = "expected a path, az://account/container/path or https://host/path";

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

    /// <summary>With the query; null for a path.</summary>
    internal Uri? Address { get; }

    /// <exception cref="MirroredException">Invalid: it is neither a path nor an address that can be opened.</exception>
    public static ObjectUri Parse(string text)
    {
        if (text.Length == 0)
            throw Failure.Invalid($"an address is empty; {Expected}.");

        var schemeEnd = text.IndexOf("://", StringComparison.Ordinal);
        if (schemeEnd < 0)
            return new ObjectUri(text, null);

        var scheme = text[..schemeEnd];
        if (scheme is not ("az" or "https" or "http"))
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
