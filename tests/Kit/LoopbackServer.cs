using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MirroredInfluence.Testing;

/// <summary>
/// A web server on a free port of this machine that answers as a test says, breaking off included, which servers of a framework do not let it do.
/// One request a connection.
/// </summary>
internal sealed class LoopbackServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<LoopbackRequest, Task<LoopbackAnswer?>> _answer;

    private LoopbackServer(Func<LoopbackRequest, Task<LoopbackAnswer?>> answer)
    {
        _answer = answer;
        _listener.Start();
        _ = AcceptAsync();
    }

    public Uri Address => new($"http://{_listener.LocalEndpoint}/");

    /// <param name="answer">Called for each request, side by side. Null breaks the connection.</param>
    public static LoopbackServer Start(Func<LoopbackRequest, Task<LoopbackAnswer?>> answer) => new(answer);

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await _listener.AcceptTcpClientAsync());
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The end of the server.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                await using var stream = new BufferedStream(client.GetStream());
                if (await ReadAsync(stream) is { } request && await _answer(request) is { } answer)
                    await answer.WriteAsync(stream);
            }
            catch (IOException)
            {
                // The client went away.
            }
        }
    }

    private static async Task<LoopbackRequest?> ReadAsync(Stream stream)
    {
        if (await ReadLineAsync(stream) is not { Length: > 0 } first)
            return null;
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (await ReadLineAsync(stream) is { Length: > 0 } line)
            headers[line[..line.IndexOf(':', StringComparison.Ordinal)]] = line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
        if (headers.ContainsKey("Transfer-Encoding"))
            throw new NotSupportedException("This server reads requests with Content-Length alone.");
        if (headers.ContainsKey("Expect"))
        {
            await stream.WriteAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray());
            await stream.FlushAsync();
        }

        var body = new byte[headers.TryGetValue("Content-Length", out var length) ? int.Parse(length) : 0];
        await stream.ReadExactlyAsync(body);
        var parts = first.Split(' ');
        return new LoopbackRequest(parts[0], parts[1], headers, body);
    }

    private static async Task<string> ReadLineAsync(Stream stream)
    {
        var line = new StringBuilder();
        var letter = new byte[1];
        while (await stream.ReadAsync(letter) > 0 && letter[0] != '\n')
            line.Append((char)letter[0]);
        return line.ToString().TrimEnd('\r');
    }
}
