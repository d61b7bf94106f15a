using System.CommandLine;
using MirroredInfluence.Client;
#if ORLEANS
using MirroredInfluence.Connections;
#endif

namespace MirroredInfluence.Cli;

/// <summary>The flags that say which cluster, and the way there.</summary>
internal sealed class ClusterFlags
{
    private const string GatewayVariable = "MIRRORED_CLUSTER", IdVariable = "MIRRORED_CLUSTER_ID", CertificateVariable = "MIRRORED_TLS_CERT", KeyVariable = "MIRRORED_TLS_KEY", AuthorityVariable = "MIRRORED_TLS_CA";

    private readonly Option<string> _gateways = new("--cluster")
    {
        HelpName = "HOST:PORT,…",
        Description = $"Gateways of the cluster's silos; one that answers is enough. Default: the variable {GatewayVariable}.",
    };

    private readonly Option<string> _id = new("--cluster-id")
    {
        HelpName = "NAME",
        Description = $"For a cluster whose silos have another Silo:ClusterId. Default: {IdVariable}. [mirrored]",
    };

    private readonly Option<string> _certificate = FileFlag("--tls-cert", $"For a cluster with TLS: your certificate, PEM. Default: {CertificateVariable}.");
    private readonly Option<string> _key = FileFlag("--tls-key", $"Its private key. Default: {KeyVariable}.");
    private readonly Option<string> _authority = FileFlag("--tls-ca", $"Who signs the silos. Default: {AuthorityVariable}.");

    public IEnumerable<Option> All => [_gateways, _id, _certificate, _key, _authority];

    /// <exception cref="MirroredException">Invalid: no cluster is named, its address is none, one of the TLS files is missing or not accepted. Unavailable: no silo answers.</exception>
    public async Task<IMirroredClient> OpenAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var gateways = Value(parsed, _gateways, GatewayVariable)
            ?? throw Failure.Invalid($"--cluster: not given, and {GatewayVariable} is not set; expected the gateway of a silo, such as silo.example:30000.");
        (Option<string> Flag, string Variable, string? Path)[] files =
            [.. new[] { (_certificate, CertificateVariable), (_key, KeyVariable), (_authority, AuthorityVariable) }.Select(file => (file.Item1, file.Item2, Value(parsed, file.Item1, file.Item2)))];
        var hasTls = files.Any(file => file.Path is not null);
        foreach (var (flag, variable, path) in files)
        {
            if (hasTls && path is null)
                throw Failure.Invalid($"{flag.Name}: not given, and {variable} is not set; expected all three of {string.Join(", ", files.Select(file => file.Flag.Name))}, or none.");
        }
#if ORLEANS
        var address = new ClusterAddress
        {
            Gateways = gateways.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
            ClusterId = Value(parsed, _id, IdVariable) ?? ClusterAddress.DefaultClusterId,
            Tls = hasTls ? new TlsFiles { Certificate = files[0].Path!, Key = files[1].Path!, Authority = files[2].Path! } : null,
        };
        ClusterAddress.ParseGateways(address.Gateways, parsed.GetValue(_gateways) is null ? GatewayVariable : _gateways.Name);
        return await MirroredClient.ConnectAsync(address, cancellationToken: cancellationToken);
#else
        await Task.CompletedTask;
        throw Failure.Invalid($"--cluster: {gateways} cannot be reached: this command was built without Microsoft Orleans (docs/decisions/0100). Run `make setup build` where its packages restore.");
#endif
    }

    private static Option<string> FileFlag(string name, string description) => new(name) { HelpName = "FILE", Description = description };

    private static string? Value(ParseResult parsed, Option<string> flag, string variable) =>
        parsed.GetValue(flag) ?? (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : null);
}
