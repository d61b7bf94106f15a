namespace MirroredInfluence.Storage;

/// <summary>What the process's environment says about blobs. Azure.Identity reads its own variables itself.</summary>
internal sealed record AzureEnvironment
{
    public const string ConnectionStringName = "AZURE_STORAGE_CONNECTION_STRING", EndpointName = "AZURE_STORAGE_BLOB_ENDPOINT";

    /// <summary>A secret.</summary>
    public string? ConnectionString { get; init; }

    /// <summary>Address of the blobs of one account, where it is not https://account.blob.core.windows.net.</summary>
    public Uri? Endpoint { get; init; }

    public static AzureEnvironment Read() => new()
    {
        ConnectionString = TextOf(ConnectionStringName),
        Endpoint = TextOf(EndpointName) is not { } text ? null
            : Uri.TryCreate(text, UriKind.Absolute, out var endpoint) && endpoint is { Scheme: "https" or "http", Query: "", UserInfo: "" } ? endpoint
            : throw Failure.Invalid($"{EndpointName}: is no address of an account's blobs; expected https://host or, with the account in the path, http://host:port/account."),
    };

    private static string? TextOf(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? text : null;
}
