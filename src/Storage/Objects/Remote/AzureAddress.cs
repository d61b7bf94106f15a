using Azure;
using Azure.Identity;
using Azure.Storage.Blobs;

namespace MirroredInfluence.Storage;

/// <summary>A place in a container of blobs.</summary>
internal sealed record AzureAddress
{
    private static readonly string[] Clouds = [".core.windows.net", ".core.usgovcloudapi.net", ".core.chinacloudapi.cn", ".storage.azure.net"];

    public required ObjectUri Uri { get; init; }

    /// <summary>Of the account's blobs.</summary>
    public required Uri Endpoint { get; init; }

    public required string Account { get; init; }

    public required string Container { get; init; }

    /// <summary>Of every blob's name: empty, or ending in '/'.</summary>
    public required string Prefix { get; init; }

    /// <summary>A shared access signature, secret, or null.</summary>
    public required string? Signature { get; init; }

    /// <returns>Null when it is another server's address.</returns>
    /// <exception cref="MirroredException">Invalid: it names no container, the query is no signature, or the account is not the endpoint's.</exception>
    public static AzureAddress? TryParse(ObjectUri uri, Uri? ownEndpoint)
    {
        var address = uri.Address!;
        if (EndpointOf(uri, address, ownEndpoint) is not { } endpoint)
            return null;
        var account = address.Scheme == "az" ? address.Host : AccountOf(endpoint);
        if (AccountOf(endpoint) != account)
            throw Failure.Invalid($"{uri}: is of account '{account}', but {AzureEnvironment.EndpointName} is of '{AccountOf(endpoint)}'.");
        var path = address.Scheme == "az" ? address.AbsolutePath : address.AbsolutePath[endpoint.AbsolutePath.TrimEnd('/').Length..];
        var names = System.Uri.UnescapeDataString(path).Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (names.Length == 0)
            throw Failure.Invalid($"{uri}: names no container; expected az://account/container/path.");
        var signature = address.Query.TrimStart('?');
        if (signature.Length > 0 && !signature.Split('&').Any(part => part.StartsWith("sig=", StringComparison.Ordinal)))
            throw Failure.Invalid($"{uri}: what follows '?' is no shared access signature; expected …&sig=….");
        return new AzureAddress
        {
            Uri = uri,
            Endpoint = endpoint,
            Account = account,
            Container = names[0],
            Prefix = string.Concat(names[1..].Select(name => name + "/")),
            Signature = signature.Length > 0 ? signature : null,
        };
    }

    /// <returns>A client of the container with the one credential that is for it, and what to do when that is refused.</returns>
    /// <exception cref="MirroredException">Invalid: the connection string cannot be read or is another account's, or an identity would be sent in the clear.</exception>
    public (BlobContainerClient Container, string Advice) Connect(string? connectionString, BlobClientOptions options)
    {
        var address = new Uri($"{Endpoint.AbsoluteUri.TrimEnd('/')}/{Container}");
        if (Signature is not null)
            return (new BlobContainerClient(address, new AzureSasCredential(Signature), options), "The signature must be in date and grant read, list, create and write in this container.");

        if (connectionString is not null)
        {
            var client = FromConnectionString(connectionString, options);
            return client.AccountName == Account
                ? (client, $"{AzureEnvironment.ConnectionStringName} must hold a key of the account, or a signature that is in date and grants read, list, create and write.")
                : throw Failure.Invalid($"{Uri}: is of account '{Account}', but {AzureEnvironment.ConnectionStringName} is of '{client.AccountName}'. Unset it to use an identity, or append a shared access signature.");
        }

        if (address.Scheme != "https")
            throw Failure.Invalid($"{Uri}: {Endpoint} is not https, over which no identity is sent. Set {AzureEnvironment.ConnectionStringName}, or append a shared access signature.");
        return (new BlobContainerClient(address, Identity(), options), "Give the identity the role 'Storage Blob Data Contributor' on this container; 'Storage Blob Data Reader' is enough to read.");
    }

    private static Uri? EndpointOf(ObjectUri uri, Uri address, Uri? ownEndpoint)
    {
        if (address.Scheme == "az")
            return ownEndpoint ?? new Uri($"https://{address.Host}.blob.core.windows.net");
        if (ownEndpoint is not null && uri.Text.StartsWith(ownEndpoint.AbsoluteUri.TrimEnd('/') + "/", StringComparison.Ordinal))
            return ownEndpoint;
        return address.Scheme == "https" && address.Host.Contains(".blob.", StringComparison.Ordinal) && Clouds.Any(cloud => address.Host.EndsWith(cloud, StringComparison.Ordinal))
            ? new Uri(address.GetLeftPart(UriPartial.Authority))
            : null;
    }

    /// <summary>The first name of the host or, behind a bare host, of the path.</summary>
    private static string AccountOf(Uri endpoint) => new BlobUriBuilder(endpoint).AccountName;

    private BlobContainerClient FromConnectionString(string connectionString, BlobClientOptions options)
    {
        try
        {
            return new BlobContainerClient(connectionString, Container, options);
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException or InvalidOperationException)
        {
            throw Failure.Invalid($"{AzureEnvironment.ConnectionStringName}: is no connection string; expected AccountName=…;AccountKey=…, or BlobEndpoint=…;SharedAccessSignature=….");
        }
    }

    /// <summary>What a machine has: its environment, a workload's identity, its own. No tool of a person's.</summary>
    private static DefaultAzureCredential Identity() => new(new DefaultAzureCredentialOptions
    {
        ExcludeAzureCliCredential = true,
        ExcludeAzureDeveloperCliCredential = true,
        ExcludeAzurePowerShellCredential = true,
        ExcludeBrokerCredential = true,
        ExcludeInteractiveBrowserCredential = true,
        ExcludeVisualStudioCodeCredential = true,
        ExcludeVisualStudioCredential = true,
    });
}
