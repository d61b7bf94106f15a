using System.Collections.Concurrent;

namespace MirroredInfluence.Testing;

/// <summary>Stands between a client and a store, and spoils requests.</summary>
internal sealed class FaultProxy : IDisposable
{
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(20);
    private static readonly string[] OfOneConnection = ["Host", "Expect", "Connection", "Keep-Alive", "Content-Length", "Transfer-Encoding"];
    private static readonly HttpClient Client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false });

    private readonly LoopbackServer _server;
    private readonly ConcurrentDictionary<Fault, int> _counts = [];

    private FaultProxy(Uri target, Func<LoopbackRequest, Fault> choose) => _server = LoopbackServer.Start(request => PassAsync(request, target, choose(request)));

    public Uri Address => _server.Address;

    /// <summary>Requests so far, by what happened to them.</summary>
    public IReadOnlyDictionary<Fault, int> Counts => _counts;

    /// <param name="choose">What happens to a request; called side by side.</param>
    public static FaultProxy Start(Uri target, Func<LoopbackRequest, Fault> choose) => new(target, choose);

    /// <summary>Spoils a share of all requests, with each fault as often as with any other.</summary>
    public static FaultProxy Start(Uri target, int seed, double share)
    {
        var random = new Random(seed);
        var faults = Enum.GetValues<Fault>()[1..];
        return new FaultProxy(target, _ =>
        {
            lock (random)
                return random.NextDouble() < share ? faults[random.Next(faults.Length)] : Fault.None;
        });
    }

    public void Dispose() => _server.Dispose();

    private async Task<LoopbackAnswer?> PassAsync(LoopbackRequest request, Uri target, Fault fault)
    {
        _counts.AddOrUpdate(fault, 1, (_, count) => count + 1);
        switch (fault)
        {
            case Fault.DropRequest:
                return null;
            case Fault.Status412:
                return new LoopbackAnswer(412);
            case Fault.Status500:
                return new LoopbackAnswer(500);
            case Fault.Status503:
                return new LoopbackAnswer(503);
            case Fault.Delay:
                await Task.Delay(Delay);
                break;
            case Fault.Duplicate:
                await SendAsync(request, target);
                break;
        }

        var answer = await SendAsync(request, target);
        return fault switch
        {
            Fault.DropAnswer => null,
            Fault.Truncate => answer with { Body = answer.Body[..(answer.Body.Length / 2)], Length = answer.Length ?? answer.Body.Length },
            _ => answer,
        };
    }

    private static async Task<LoopbackAnswer> SendAsync(LoopbackRequest request, Uri target)
    {
        using var message = new HttpRequestMessage(new HttpMethod(request.Method), new Uri(target, request.Target));
        if (request.Headers.ContainsKey("Content-Length"))
            message.Content = new ByteArrayContent(request.Body);
        foreach (var (name, value) in request.Headers.Where(header => !OfOneConnection.Contains(header.Key, StringComparer.OrdinalIgnoreCase)))
        {
            if (!message.Headers.TryAddWithoutValidation(name, value))
                message.Content?.Headers.TryAddWithoutValidation(name, value);
        }

        using var answer = await Client.SendAsync(message);
        return new LoopbackAnswer((int)answer.StatusCode)
        {
            Headers = answer.Headers.Concat(answer.Content.Headers)
                .Where(header => !OfOneConnection.Contains(header.Key, StringComparer.OrdinalIgnoreCase))
                .ToDictionary(header => header.Key, header => string.Join(", ", header.Value)),
            Body = await answer.Content.ReadAsByteArrayAsync(),
            Length = request.Method == "HEAD" ? answer.Content.Headers.ContentLength : null,
        };
    }
}
