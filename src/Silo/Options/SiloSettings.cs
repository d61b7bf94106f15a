using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;

namespace MirroredInfluence.Silo;

/// <summary>What a silo is told, in the section <c>Silo</c> of its configuration: <c>appsettings.json</c>, variables such as <c>Silo__Ledger</c>, or <c>--Silo:Ledger</c>.</summary>
internal sealed record SiloSettings
{
    private const string Section = "Silo";

    /// <summary>A folder or store that every silo reaches, for the list of submitted runs.</summary>
    public string Ledger { get; init; } = "";

    public ClusteringKind Clustering { get; init; } = ClusteringKind.Localhost;

    /// <summary>Of the membership database.</summary>
    public string? ConnectionString { get; init; }

    public string ClusterId { get; init; } = "mirrored";

    public string ServiceId { get; init; } = "mirrored";

    /// <summary>At which other silos reach this one; the loopback address on localhost.</summary>
    public string? Address { get; init; }

    public int SiloPort { get; init; } = 11111;

    public int GatewayPort { get; init; } = 30000;

    /// <summary>On localhost: the silo port of the first silo, whose memory holds the membership.</summary>
    public int? FirstSiloPort { get; init; }

    /// <summary>For <c>/live</c> and <c>/ready</c>.</summary>
    public int HealthPort { get; init; } = 8080;

    /// <summary>False: the silo coordinates only.</summary>
    public bool HasLanes { get; init; } = true;

    /// <summary>Between two signs of life of a silo.</summary>
    public double BeatSeconds { get; init; } = 2;

    /// <summary>Between two probes of another silo; two that are missed count as its death.</summary>
    public double ProbeSeconds { get; init; } = 5;

    /// <summary>Without it nobody is kept out.</summary>
    public TlsSettings? Tls { get; init; }

    /// <summary>Past localhost, a silo without <see cref="Tls"/> starts only if this says that it is meant.</summary>
    public bool AllowPlaintext { get; init; }

    public IPAddress EndPointAddress => Address is { } address ? IPAddress.Parse(address) : IPAddress.Loopback;

    private ComputeSpec Compute { get; init; } = new();

    /// <exception cref="MirroredException">Invalid: names the setting, what it says and what was expected.</exception>
    public static SiloSettings Read(IConfiguration configuration)
    {
        var section = configuration.GetSection(Section);
        RefuseUnknown(section, [.. NamesOf(typeof(SiloSettings)), nameof(Compute)]);
        RefuseUnknown(section.GetSection(nameof(Tls)), NamesOf(typeof(TlsSettings)));
        SiloSettings options;
        try
        {
            options = (section.Get<SiloSettings>() ?? new SiloSettings()) with { Compute = ReadCompute(section.GetSection(nameof(Compute))) };
        }
        catch (InvalidOperationException exception)
        {
            throw Failure.Invalid($"{Section}: {exception.Message} Settings are listed in docs/reference/silo.md.", exception);
        }

        Require(options.Ledger.Length > 0, nameof(Ledger), "nothing", "a folder or store that all silos reach, such as az://account/container/cluster");
        Require(options.Clustering == ClusteringKind.Localhost || options.ConnectionString is { Length: > 0 }, nameof(ConnectionString), "nothing", "the connection string of the membership database");
        Require(options.Clustering == ClusteringKind.Localhost || options.Address is not null, nameof(Address), "nothing", "the address at which other silos reach this one");
        Require(options.Address is null || IPAddress.TryParse(options.Address, out _), nameof(Address), options.Address, "an IP address");
        RequirePort(options.SiloPort, nameof(SiloPort));
        RequirePort(options.GatewayPort, nameof(GatewayPort));
        RequirePort(options.HealthPort, nameof(HealthPort));
        Require(options.BeatSeconds is >= 0.1 and <= 60, nameof(BeatSeconds), options.BeatSeconds, "0.1 to 60");
        Require(options.ProbeSeconds is >= 0.5 and <= 60, nameof(ProbeSeconds), options.ProbeSeconds, "0.5 to 60");
        Require(
            options.Clustering == ClusteringKind.Localhost || options.Tls is not null || options.AllowPlaintext,
            nameof(Tls), "nothing", $"certificates, or {Section}:{nameof(AllowPlaintext)}=true where nobody else reaches the silos' ports");
        Require(options.Tls is null || !options.AllowPlaintext, nameof(AllowPlaintext), "true", $"false beside {Section}:{nameof(Tls)}");
        if (options.Tls is { } tls)
        {
            Require(tls.Certificate.Length > 0, TlsName(nameof(tls.Certificate)), "nothing", "the file of this silo's certificate");
            Require(tls.Key.Length > 0, TlsName(nameof(tls.Key)), "nothing", "the file of the certificate's private key");
            Require(tls.Authority.Length > 0, TlsName(nameof(tls.Authority)), "nothing", "the file of the authority that signs silos");
            Require(tls.ClientAuthority.Length > 0, TlsName(nameof(tls.ClientAuthority)), "nothing", "the file of the authority that signs clients");
        }

        return options;

        static string TlsName(string name) => $"{nameof(Tls)}:{name}";

        static void RequirePort(int port, string name) => Require(port is >= 1 and <= 65535, name, port, "1 to 65535");

        static void Require(bool isMet, string name, object? found, string expected)
        {
            if (!isMet)
                throw Failure.Invalid($"{Section}:{name}: found {found}; expected {expected}.");
        }
    }

    /// <summary>What this silo computes with, or null without lanes.</summary>
    public ComputeSpec? ToCompute() => HasLanes ? Compute : null;

    private static string[] NamesOf(Type settings) => [.. settings.GetProperties().Where(property => property.CanWrite).Select(property => property.Name)];

    private static void RefuseUnknown(IConfigurationSection section, string[] known)
    {
        if (section.GetChildren().FirstOrDefault(setting => !known.Contains(setting.Key, StringComparer.OrdinalIgnoreCase)) is { } unknown)
            throw Unknown(unknown, known);
    }

    /// <summary>The section <c>compute</c> of a spec, held to the same rules. How shards are cut is the run's.</summary>
    private static ComputeSpec ReadCompute(IConfigurationSection section)
    {
        const string Prefix = "compute.";
        SpecField[] known = [.. SpecField.All.Where(field => field.Path.StartsWith(Prefix, StringComparison.Ordinal) && field.Path != "compute.shardRows")];
        var spec = new JsonObject { ["compute"] = new JsonObject() };
        foreach (var setting in section.GetChildren())
        {
            var field = known.FirstOrDefault(field => string.Equals(field.Path[Prefix.Length..], setting.Key, StringComparison.OrdinalIgnoreCase))
                ?? throw Unknown(setting, [.. known.Select(field => field.Path[Prefix.Length..])]);
            SpecFlags.Apply(spec, field, [setting.Value ?? ""]);
        }

        try
        {
            return RunSpecReader.ReadCompute(spec["compute"]!.AsObject());
        }
        catch (MirroredException exception)
        {
            throw Failure.Invalid($"{section.Path}:{exception.Message}", exception);
        }
    }

    private static MirroredException Unknown(IConfigurationSection setting, string[] known) =>
        Failure.Invalid($"{setting.Path}: unknown setting; expected one of {string.Join(", ", known)}{NearestName.Ending(setting.Key, known)}");
}
