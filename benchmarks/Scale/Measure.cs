using System.Diagnostics;

namespace MirroredInfluence.Scale;

internal static class Measure
{
    public static async Task<T> SecondsAsync<T>(string what, Func<Task<T>> act)
    {
        var clock = Stopwatch.StartNew();
        var result = await act();
        Console.WriteLine($"{what}: {clock.Elapsed.TotalSeconds:N2} s");
        return result;
    }
}
