using Amazon.Runtime;

namespace MirroredInfluence.Storage;

/// <summary>What the process's environment says about buckets. The AWS SDK reads the rest itself.</summary>
internal sealed record S3Environment
{
    public const string EndpointName = "AWS_ENDPOINT_URL_S3", RegionName = "AWS_REGION";

    /// <summary>Of a store that is not AWS's.</summary>
    public Uri? Endpoint { get; init; }

    public string? Region { get; init; }

    /// <summary>Secret; null looks for them as every AWS SDK does.</summary>
    public AWSCredentials? Credentials { get; init; }

    public static S3Environment Read() => new()
    {
        Region = TextOf(RegionName),
        Endpoint = (TextOf(EndpointName) ?? TextOf("AWS_ENDPOINT_URL")) is not { } text ? null
            : Uri.TryCreate(text, UriKind.Absolute, out var endpoint) && endpoint is { Scheme: "https" or "http", Query: "", UserInfo: "" } ? endpoint
            : throw Failure.Invalid($"{EndpointName}: is no address of a store; expected https://host or http://host:port."),
    };

    private static string? TextOf(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? text : null;
}
