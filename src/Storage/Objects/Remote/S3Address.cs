using Amazon.Runtime;
using Amazon.S3;

namespace MirroredInfluence.Storage;

/// <summary>Opens a place in a bucket.</summary>
internal static class S3Address
{
    /// <exception cref="MirroredException">Invalid: the address has a query, or there is neither a region nor an endpoint.</exception>
    public static S3Store Open(ObjectUri uri, ObjectCache cache, TimeProvider time, S3Environment environment, RetrySchedule schedule)
    {
        var address = uri.Address!;
        if (address.Query.Length > 1)
            throw Failure.Invalid($"{uri}: has a query, which s3:// has no use for; write a pre-signed address as https://….");
        var names = Uri.UnescapeDataString(address.AbsolutePath).Split('/', StringSplitOptions.RemoveEmptyEntries);
        var calls = new RemoteCalls(schedule, time, answer => Advise(answer, address.Host));
        return new S3Store(Connect(uri, environment, schedule), address.Host, string.Concat(names.Select(name => name + "/")), uri, calls, cache);
    }

    private static AmazonS3Client Connect(ObjectUri uri, S3Environment environment, RetrySchedule schedule)
    {
        var config = new AmazonS3Config
        {
            MaxErrorRetry = 0,   // RemoteCalls asks again
            Timeout = schedule.TryTimeout,
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,   // stores that are not AWS's know no others
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (environment.Endpoint is { } endpoint)
        {
            config.ServiceURL = endpoint.AbsoluteUri;
            config.ForcePathStyle = true;
            config.AuthenticationRegion = environment.Region ?? "us-east-1";
        }

        try
        {
            return environment.Credentials is { } credentials ? new AmazonS3Client(credentials, config) : new AmazonS3Client(config);
        }
        catch (AmazonClientException)
        {
            throw Failure.Invalid(
                $"{uri}: the environment says neither a region nor an endpoint. Set {S3Environment.RegionName}, or {S3Environment.EndpointName} for a store that is not AWS's.");
        }
    }

    private static string? Advise(RemoteAnswer answer, string bucket) => answer switch
    {
        { Code: RemoteAnswer.NoCredential } => "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run where there is a role (web identity, container or instance).",
        { Code: "NoSuchBucket" } => $"Create the bucket '{bucket}', or name one that is there.",
        { Status: 401 or 403 } => "The credentials must be right and allow s3:GetObject, s3:PutObject and s3:ListBucket.",
        { Status: 301 or 307 } => $"The bucket is in another region: set {S3Environment.RegionName}.",
        _ => null,
    };
}
