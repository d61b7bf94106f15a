using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace MirroredInfluence.Silo;

/// <summary>What <c>/ready</c> answers: its verdict, and a line for each check that failed.</summary>
internal static class HealthReason
{
    public static Task WriteAsync(HttpContext context, HealthReport report)
    {
        context.Response.ContentType = "text/plain; charset=utf-8";
        var reasons = report.Entries.Values.Where(entry => entry.Status != HealthStatus.Healthy).Select(entry => entry.Description ?? entry.Exception?.GetType().Name ?? "no reason was given.");
        return context.Response.WriteAsync(string.Join('\n', [report.Status.ToString(), .. reasons.Select(reason => reason.ReplaceLineEndings(" "))]));
    }
}
