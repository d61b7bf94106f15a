using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;
using MirroredInfluence.Grains;

namespace MirroredInfluence.Silo;

/// <summary>What a silo is told, in the section <c>Silo</c> of its configuration: <c>appsettings.json</c>, variables such as <c>Silo__Ledger</c>, or <c>--Silo:Ledger</c>.</summary>
internal sealed record SiloSettings
{
    public const string Section = "Silo";

    private const string ComputePrefix = "compute.";

    private static readonly SpecField[] s_computeFields =
        [.. SpecField.All.Where(field => field.Path.StartsWith(ComputePrefix, StringComparison.Ordinal) && field.Path != "compute.shardRows")];

    [Description("A folder or store that every silo reaches: which runs were submitted, and how they ended. Must be given.")]
    public string Ledger { get; init; } = "";

    [Description("How silos find each other: Localhost (one machine; the first silo's memory), PostgreSql or Redis.")]
    public ClusteringKind Clustering { get; init; } = ClusteringKind.Localhost;

    [Description("Of the membership database.")]
    public string? ConnectionString { get; init; }

    [Description("Name of the cluster, the same for all its silos and clients.")]
    public string ClusterId { get; init; } = "mirrored";

    [Description("The same for all silos of a cluster.")]
    public string ServiceId { get; init; } = "mirrored";

    [Description("The IP address at which other silos and clients reach this one. Default: loopback on localhost.")]
    public string? Address { get; init; }

    [Description("Between silos.")]
    [Range(1, 65535)]
    public int SiloPort { get; init; } = 11111;

    [Description("For clients: the port of `mirrored submit --cluster HOST:PORT`.")]
    [Range(1, 65535)]
    public int GatewayPort { get; init; } = 30000;

    [Description("On localhost, the silo port of the first silo, whose memory holds the membership. Default: SiloPort.")]
    [Range(1, 65535)]
    public int? FirstSiloPort { get; init; }

    [Description("For /live and /ready.")]
    [Range(1, 65535)]
    public int HealthPort { get; init; } = 8080;

    [Description("false: the silo coordinates only.")]
    public bool HasLanes { get; init; } = true;

    [Description("Between two signs of life of a silo.")]
    [Range(0.1, 60)]
    public double BeatSeconds { get; init; } = 2;

    [Description("Between two probes of another silo; two that are missed count as its death.")]
    [Range(0.5, 60)]
    public double ProbeSeconds { get; init; } = 5;

    [Description("true: past localhost, start without Tls, so that nobody is kept out.")]
    public bool AllowPlaintext { get; init; }

    /// <summary>Without it nobody is kept out.</summary>
    public TlsSettings? Tls { get; init; }

    public IPAddress EndPointAddress => Address is { } address ? IPAddress.Parse(address) : IPAddress.Loopback;

    private ComputeSpec Compute { get; init; } = new();

    /// <summary>Every setting, as help shows it.</summary>
    public static IEnumerable<(string Name, string Description, string? Default)> Described() =>
    [
        .. DescribedOf(new SiloSettings(), ""),
        .. DescribedOf(new TlsSettings(), $"{nameof(Tls)}:"),
        .. s_computeFields.Select(field => ($"{nameof(Compute)}:{NameOf(field)}", field.Description, field.DefaultText is "null" ? null : field.DefaultText?.Trim('"'))),
    ];

    /// <exception cref="MirroredException">Invalid: names the setting, what it says and what was expected.</exception>
    public static SiloSettings Read(IConfiguration configuration)
    {
        var section = configuration.GetSection(Section);
        var (tlsSection, computeSection) = (section.GetSection(nameof(Tls)), section.GetSection(nameof(Compute)));
        RefuseUnknown(section, [.. NamesOf<SiloSettings>(), nameof(Tls), nameof(Compute)]);
        RefuseUnknown(tlsSection, NamesOf<TlsSettings>());
        RefuseUnknown(computeSection, [.. s_computeFields.Select(NameOf)]);
        var options = Bind<SiloSettings>(section) with { Tls = tlsSection.GetChildren().Any() ? Bind<TlsSettings>(tlsSection) : null, Compute = ReadCompute(computeSection) };

        Require(options.Ledger.Length > 0, nameof(Ledger), "nothing", "a folder or store that all silos reach, such as --Silo:Ledger /shared/cluster (or the variable Silo__Ledger). See --help");
        Require(options.Clustering == ClusteringKind.Localhost || options.ConnectionString is { Length: > 0 }, nameof(ConnectionString), "nothing", "the connection string of the membership database");
        Require(options.Clustering == ClusteringKind.Localhost || options.Address is not null, nameof(Address), "nothing", "the address at which other silos reach this one");
        Require(options.GatewayPort != options.SiloPort, nameof(GatewayPort), $"'{options.GatewayPort}'", $"another port than {Section}:{nameof(SiloPort)}");
        Require(options.HealthPort != options.SiloPort && options.HealthPort != options.GatewayPort, nameof(HealthPort), $"'{options.HealthPort}'", $"another port than {Section}:{nameof(SiloPort)} and {Section}:{nameof(GatewayPort)}");
        Require(options.Address is null || IPAddress.TryParse(options.Address, out _), nameof(Address), $"'{options.Address}'", "an IP address");
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

        static void Require(bool isMet, string name, string found, string expected)
        {
            if (!isMet)
                throw Failure.Invalid($"{Section}:{name}: found {found}; expected {expected}.");
        }
    }

    /// <summary>What this silo computes with, or null without lanes.</summary>
    public ComputeSpec? ToCompute() => HasLanes ? Compute : null;

    /// <exception cref="MirroredException">Invalid: this machine has no such device.</exception>
    public void CheckDevices()
    {
        if (HasLanes)
            Named(() => GrainsHosting.CountLanes(Compute));
    }

    private static string[] NamesOf<T>() => [.. SiloSetting.Of<T>().Select(setting => setting.Name)];

    private static string NameOf(SpecField field) => $"{char.ToUpperInvariant(field.Path[ComputePrefix.Length])}{field.Path[(ComputePrefix.Length + 1)..]}";

    private static IEnumerable<(string, string, string?)> DescribedOf<T>(T defaults, string prefix)
        where T : notnull => SiloSetting.Of<T>().Select(setting => (prefix + setting.Name, setting.Description, setting.ValueText(defaults)));

    private static void RefuseUnknown(IConfigurationSection section, string[] known)
    {
        if (section.Value is { Length: > 0 })
            throw Failure.Invalid($"{section.Path}: found a value of its own; expected one of {string.Join(", ", known.Select(name => $"{section.Path}:{name}"))}.");
        if (section.GetChildren().FirstOrDefault(setting => !known.Contains(setting.Key, StringComparer.OrdinalIgnoreCase)) is { } unknown)
            throw Failure.Invalid($"{unknown.Path}: unknown setting; expected one of {string.Join(", ", known)}{NearestName.Ending(unknown.Key, known)}");
    }

    /// <summary>What is not given, or empty, keeps its default.</summary>
    private static T Bind<T>(IConfigurationSection section)
        where T : notnull, new()
    {
        var settings = new T();
        foreach (var setting in SiloSetting.Of<T>())
        {
            if (section[setting.Name] is { Length: > 0 } text && !setting.TrySet(settings, text))
                throw Failure.Invalid($"{section.Path}:{setting.Name}: found '{text}'; expected {setting.Expected}{NearestName.Ending(text, setting.Choices)}");
        }

        return settings;
    }

    /// <summary>The section <c>compute</c> of a spec, held to the same rules. How shards are cut is the run's.</summary>
    private static ComputeSpec ReadCompute(IConfigurationSection section)
    {
        var spec = new JsonObject { ["compute"] = new JsonObject() };
        foreach (var field in s_computeFields)
        {
            if (section[NameOf(field)] is { Length: > 0 } text)
                SpecFlags.Apply(spec, field, [text]);
        }

        return Named(() => RunSpecReader.ReadCompute(spec["compute"]!.AsObject()));
    }

    /// <summary>What is wrong with a field of a spec is wrong with a setting.</summary>
    private static T Named<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (MirroredException exception) when (s_computeFields.FirstOrDefault(field => TextAfter(field, exception.Message) is not null) is { } wrong)
        {
            throw Failure.Invalid($"{Section}:{nameof(Compute)}:{NameOf(wrong)}{TextAfter(wrong, exception.Message)}", exception);
        }

        static string? TextAfter(SpecField field, string message) =>
            new[] { field.Path, field.Path[ComputePrefix.Length..] }.Where(name => message.StartsWith($"{name}:", StringComparison.Ordinal)).Select(name => message[name.Length..]).FirstOrDefault();
    }
}
