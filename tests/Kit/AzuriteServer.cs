using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;

namespace MirroredInfluence.Testing;

/// <summary>
/// A blob store of the test's own, Azurite (npm), on a free port of this machine and in memory. Its processes end with it, and with the test program
/// when that is killed: their shell waits for the end of its input.
/// </summary>
internal sealed class AzuriteServer : IAsyncDisposable
{
    public const string Account = "mirrored", OtherAccount = "another";

    private static readonly string[] Arguments = ["--blobPort", "0", "--inMemoryPersistence", "--disableTelemetry", "--skipApiVersionCheck"];
    private static readonly HttpClient Client = new();

    private readonly Process _process;

    private AzuriteServer(Process process, Uri address)
    {
        _process = process;
        Address = address;
    }

    public static string Key { get; } = Convert.ToBase64String(SHA256.HashData("A key of the tests alone."u8));

    /// <summary>Of the server; accounts are folders of it.</summary>
    public Uri Address { get; }

    public string ConnectionString => ConnectionStringAt(Address);

    /// <summary>Of a proxy in front of the server.</summary>
    public static string ConnectionStringAt(Uri address, string account = Account) =>
        $"DefaultEndpointsProtocol=http;AccountName={account};AccountKey={Key};BlobEndpoint={address}{account};";

    public static async Task<AzuriteServer> StartAsync()
    {
        var program = Repository.Path("tests", "Storage.Tests", "azurite", "node_modules", ".bin", "azurite-blob");
        if (!File.Exists(program))
            throw new InvalidOperationException($"{program} is missing: run make setup.");
        var start = new ProcessStartInfo("/bin/sh", ["-c", "\"$0\" \"$@\" & read -r _; kill $!; wait", program, .. Arguments]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment["AZURITE_ACCOUNTS"] = $"{Account}:{Key};{OtherAccount}:{Key}";
        var process = Process.Start(start)!;
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.Contains(" listens on ", StringComparison.Ordinal))
            {
                _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
                return new AzuriteServer(process, new Uri(line[line.IndexOf("http://", StringComparison.Ordinal)..].Trim()));
            }
        }

        throw new InvalidOperationException("Azurite ended before it listened.");
    }

    public async Task CreateContainerAsync(string name)
    {
        using var answer = await Client.PutAsync(new Uri($"{Address}{Account}/{name}?restype=container&{Signature("rwdlac")}"), null);
        if (answer.StatusCode != HttpStatusCode.Created)
            throw new InvalidOperationException($"The container {name} was not created: {answer.StatusCode}.");
    }

    public async Task PutAsync(string container, string name, byte[] content)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, $"{Address}{Account}/{container}/{Uri.EscapeDataString(name)}?{Signature("rwdlac")}") { Content = new ByteArrayContent(content) };
        request.Headers.Add("x-ms-blob-type", "BlockBlob");
        using var answer = await Client.SendAsync(request);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Every blob whose name begins so.</summary>
    public async Task DeleteAllAsync(string container, string prefix)
    {
        var listed = await Client.GetStringAsync(new Uri($"{Address}{Account}/{container}?restype=container&comp=list&prefix={Uri.EscapeDataString(prefix)}&{Signature("rl")}"));
        foreach (var name in XDocument.Parse(listed).Descendants("Blob").Select(blob => blob.Element("Name")!.Value))
        {
            using var answer = await Client.DeleteAsync(new Uri($"{Address}{Account}/{container}/{name}?{Signature("d")}"));
            answer.EnsureSuccessStatusCode();
        }
    }

    public Task<byte[]> GetAsync(string container, string name) => Client.GetByteArrayAsync(new Uri($"{Address}{Account}/{container}/{name}?{Signature("r")}"));

    /// <summary>A shared access signature of the account.</summary>
    /// <param name="permissions">Of <c>rwdlac</c>, in that order.</param>
    public static string Signature(string permissions, string expires = "2099-01-01T00:00:00Z")
    {
        const string Version = "2018-11-09";
        var signed = string.Join('\n', Account, permissions, "b", "sco", "", expires, "", "", Version, "");
        var signature = Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(Key), Encoding.UTF8.GetBytes(signed)));
        return $"sv={Version}&ss=b&srt=sco&sp={permissions}&se={Uri.EscapeDataString(expires)}&sig={Uri.EscapeDataString(signature)}";
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
