using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace MirroredInfluence.Engine;

/// <summary>A step of a run in its trace, and its time in a histogram once it has succeeded.</summary>
internal static class Span
{
    private static readonly ActivitySource Source = new(EngineTelemetry.Name, EngineTelemetry.Version);

    /// <param name="parent">Id of the span that it is a part of, in another process; null: that of the caller.</param>
    public static async Task<T> OfAsync<T>(string name, Func<Activity?, Task<T>> work, string? parent = null)
    {
        using var span = Source.StartActivity(name, ActivityKind.Internal, parent);
        try
        {
            return await work(span);
        }
        catch (Exception exception)
        {
            Fail(span, exception);
            throw;
        }
    }

    public static T Of<T>(string name, Func<Activity?, T> work, Histogram<double>? duration = null)
    {
        using var span = Source.StartActivity(name);
        var startedAt = Stopwatch.GetTimestamp();
        try
        {
            var made = work(span);
            duration?.Record(Stopwatch.GetElapsedTime(startedAt).TotalSeconds);
            return made;
        }
        catch (Exception exception)
        {
            Fail(span, exception);
            throw;
        }
    }

    private static void Fail(Activity? span, Exception exception) => span?.SetStatus(ActivityStatusCode.Error).SetTag("error.type", exception switch
    {
        MirroredException failure => SpecName.Of(failure.Kind),
        OperationCanceledException => "canceled",
        _ => exception.GetType().FullName,
    });
}
