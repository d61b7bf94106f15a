namespace MirroredInfluence.Storage;

/// <summary>
/// Asks a remote store until it answers or there is no hope. One try is a request, the whole of its answer and what that means. A failure leaves
/// as one <see cref="MirroredException"/> without the client's own exception inside, whose text may quote the request.
/// </summary>
/// <param name="advise">What a user can change about an answer, or null when it is nothing of theirs.</param>
internal sealed class RemoteCalls(RetrySchedule schedule, TimeProvider time, Func<RemoteAnswer, string?> advise)
{
    public async Task<T> AskAsync<T>(string uri, Func<Task<T>> call, CancellationToken cancellationToken)
    {
        for (var tryNumber = 1; ; tryNumber++)
        {
            RemoteAnswer answer;
            try
            {
                return await call().ConfigureAwait(false);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested && RemoteAnswer.Of(exception) is { } known)
            {
                answer = known;
            }

            if (!answer.IsTransient)
                throw advise(answer) is { } advice ? Failure.Invalid($"{uri}: {answer.Text}. {advice}") : Failure.Unavailable($"{uri}: {answer.Text}.");
            if (tryNumber == schedule.TriesMax)
                throw Failure.Unavailable($"{uri}: {answer.Text}, after {tryNumber} tries. Run again when the store answers: what is finished is kept.");
            StorageTelemetry.Retried(answer);
            await Task.Delay(schedule.DelayAfter(tryNumber), time, cancellationToken).ConfigureAwait(false);
        }
    }
}
