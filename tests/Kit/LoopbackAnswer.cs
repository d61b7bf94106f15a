using System.Text;

namespace MirroredInfluence.Testing;

internal sealed record LoopbackAnswer(int Status)
{
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    public byte[] Body { get; init; } = [];

    /// <summary>What the answer says of its length: more than the body to a HEAD, or when it breaks off.</summary>
    public long? Length { get; init; }

    public async Task WriteAsync(Stream stream)
    {
        var head = new StringBuilder($"HTTP/1.1 {Status} -\r\nContent-Length: {Length ?? Body.Length}\r\nConnection: close\r\n");
        foreach (var (name, value) in Headers)
            head.Append($"{name}: {value}\r\n");
        await stream.WriteAsync(Encoding.Latin1.GetBytes(head.Append("\r\n").ToString()));
        await stream.WriteAsync(Body);
    }
}
