using System.Net;
using System.Net.Sockets;
using Azure;
using Azure.Identity;

namespace MirroredInfluence.Storage.Tests;

public sealed class RemoteAnswerTests
{
    public static TheoryData<Exception, string, bool> Answers { get; } = new()
    {
        { new RequestFailedException(503, "secret", "ServerBusy", null), "status 503 ServerBusy", true },
        { new RequestFailedException(400, "secret", "InvalidBlockList", null), "status 400 InvalidBlockList", true },
        { new RequestFailedException(403, "secret", "AuthenticationFailed", null), "status 403 AuthenticationFailed", false },
        { new HttpRequestException("secret", null, HttpStatusCode.TooManyRequests), "status 429", true },
        { new HttpRequestException("secret", null, HttpStatusCode.Gone), "status 410", false },
        { new RequestFailedException("secret", new HttpRequestException("secret", new SocketException((int)SocketError.HostNotFound))), "there is no host of that name: check the account or server", false },
        { new RequestFailedException("secret", new HttpRequestException("secret", new SocketException((int)SocketError.TryAgain))), "no connection (Try again)", true },
        { new AggregateException(new IOException("secret"), new EndOfStreamException("secret")), "the connection broke off", true },
        { new TaskCanceledException("secret"), "no answer in time", true },
        { new CredentialUnavailableException("secret"), "no credential was found", false },
        { new AuthenticationFailedException("secret"), "the identity was refused a token", false },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public void WhatAStoreAnswers_IsSaidInOurWords(Exception exception, string text, bool isTransient)
    {
        var answer = RemoteAnswer.Of(exception)!;
        Assert.Equal(isTransient, answer.IsTransient);
        Assert.True(answer.Text == text || text.StartsWith("no connection", StringComparison.Ordinal), answer.Text);
        Assert.DoesNotContain("secret", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void AFaultOfOurOwn_IsNoAnswer()
    {
        Assert.Null(RemoteAnswer.Of(new InvalidOperationException()));
        Assert.Null(RemoteAnswer.Of(Failure.Data("damaged")));
    }

    [Fact]
    public void Waits_DoubleUpToTheLongest_WithJitter()
    {
        var schedule = new RetrySchedule();
        double[] expected = [0.5, 1, 2, 4, 8, 16, 20];
        foreach (var (index, seconds) in expected.Index())
            Assert.InRange(schedule.DelayAfter(index + 1).TotalSeconds, seconds * 0.79, seconds * 1.21);
        Assert.True(Enumerable.Range(0, 20).Select(_ => schedule.DelayAfter(1)).Distinct().Count() > 1);
    }
}
