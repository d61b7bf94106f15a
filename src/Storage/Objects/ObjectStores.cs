using Azure.Storage.Blobs;

namespace MirroredInfluence.Storage;

/// <summary>Opens the store that an address is of.</summary>
public static class ObjectStores
{
    /// <param name="cache">Keeps copies of remote objects.</param>
    /// <exception cref="MirroredException">Invalid: the address, or what the environment says about its account, makes no sense.</exception>
    public static IObjectStore Open(ObjectUri uri, ObjectCache cache, TimeProvider time) =>
        uri.IsRemote ? Open(uri, cache, time, AzureEnvironment.Read(), new RetrySchedule()) : new LocalObjectStore(uri.Text);

    internal static IObjectStore Open(ObjectUri uri, ObjectCache cache, TimeProvider time, AzureEnvironment environment, RetrySchedule schedule)
    {
        if (uri.Address!.Scheme == "s3")
            return S3Address.Open(uri, cache, time, S3Environment.Read(), schedule);
        if (AzureAddress.TryParse(uri, environment.Endpoint) is not { } blobs)
            return new HttpObjectStore(uri, schedule, time, cache);

        var options = new BlobClientOptions { Retry = { MaxRetries = 0, NetworkTimeout = schedule.TryTimeout } };   // RemoteCalls asks again
        var (container, advice) = blobs.Connect(environment.ConnectionString, options);
        return new AzureBlobStore(container, blobs.Prefix, uri.Text, new RemoteCalls(schedule, time, Advise), cache);

        string? Advise(RemoteAnswer answer) => answer switch
        {
            { Code: RemoteAnswer.NoCredential } => $"Set {AzureEnvironment.ConnectionStringName}, append a shared access signature (?…&sig=…), or run where there is a workload or managed identity.",
            { Code: "ContainerNotFound" } => $"Create the container '{blobs.Container}' in account '{blobs.Account}', or name one that is there.",
            { Status: 401 or 403 } => advice,
            _ => null,
        };
    }
}
