using System.Globalization;
using System.Net.Sockets;
using Amazon.Runtime;
using Azure;
using Azure.Identity;

namespace MirroredInfluence.Storage;

/// <summary>What a remote store answered instead of what was asked for, in words that hold nothing of the request, which may carry a signature.</summary>
/// <param name="Status">Of HTTP, or 0 when there was no answer.</param>
/// <param name="Code">The store's own name for it, if it has one.</param>
internal sealed record RemoteAnswer(int Status, string? Code, string Text, bool IsTransient)
{
    public const string NoCredential = nameof(NoCredential), BlocksAreGone = "InvalidBlockList";

    /// <returns>Null for an exception that no store caused.</returns>
    public static RemoteAnswer? Of(Exception exception) => exception switch
    {
        AggregateException several => Of(several.InnerExceptions[^1]),   // the SDK asks again for the rest of a body
        RequestFailedException { Status: > 0 } refused => OfStatus(refused.Status, refused.ErrorCode),
        HttpRequestException { StatusCode: { } status } => OfStatus((int)status, null),
        AmazonUnmarshallingException => OfConnection(exception),   // an answer that breaks off
        AmazonServiceException { StatusCode: > 0 } refused => OfStatus((int)refused.StatusCode, refused.ErrorCode),
        AmazonServiceException => OfConnection(exception),
        AmazonClientException => new RemoteAnswer(0, NoCredential, "no credential was found", IsTransient: false),
        CredentialUnavailableException => new RemoteAnswer(0, NoCredential, "no credential was found", IsTransient: false),
        AuthenticationFailedException => new RemoteAnswer(0, null, "the identity was refused a token", IsTransient: false),
        OperationCanceledException => new RemoteAnswer(0, null, "no answer in time", IsTransient: true),
        RequestFailedException or HttpRequestException or IOException => OfConnection(exception),
        _ => null,
    };

    /// <summary>
    /// 409 and 412 count as transient: whoever sets a condition looks whether it holds before this decides. So does a list of blocks that the commit
    /// of another writing discarded.
    /// </summary>
    private static RemoteAnswer OfStatus(int status, string? code) => new(
        status,
        code,
        string.Create(CultureInfo.InvariantCulture, $"status {status}{(code is null ? "" : $" {code}")}"),
        status is 408 or 409 or 412 or 429 or 500 or 502 or 503 or 504 || code == BlocksAreGone);

    private static RemoteAnswer OfConnection(Exception exception)
    {
        var cause = exception;
        while (cause is not SocketException && cause.InnerException is { } inner)
            cause = inner;
        return cause switch
        {
            SocketException { SocketErrorCode: SocketError.HostNotFound } => new RemoteAnswer(0, null, "there is no host of that name: check the account or server", IsTransient: false),
            SocketException socket => new RemoteAnswer(0, null, $"no connection ({socket.Message})", IsTransient: true),
            _ => new RemoteAnswer(0, null, "the connection broke off", IsTransient: true),
        };
    }
}
