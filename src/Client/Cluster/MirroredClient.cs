using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using MirroredInfluence.Connections;
using MirroredInfluence.Grains;
using Orleans.Configuration;

namespace MirroredInfluence.Client;

/// <summary>A program's way to a cluster. Loads neither libtorch nor the engine.</summary>
public sealed class MirroredClient : IMirroredClient
{
    private static readonly TimeSpan s_knockPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_retryPause = TimeSpan.FromMilliseconds(500);

    private readonly IHost? _host;
    private readonly IGrainFactory _grains;

    /// <summary>Over a connection of the caller's own.</summary>
    public MirroredClient(IClusterClient cluster) => _grains = cluster;

    private MirroredClient(IHost host)
        : this(host.Services.GetRequiredService<IClusterClient>()) => _host = host;

    private IRunsGrain Runs => Reached(() => _grains.GetGrain<IRunsGrain>(0));

    /// <param name="configure">What else the connection needs, such as another way to find gateways.</param>
    /// <exception cref="MirroredException">Invalid: an address that is none, or a certificate that is refused, ours or the silo's. Unavailable: no gateway answers.</exception>
    public static async Task<MirroredClient> ConnectAsync(
        ClusterAddress address, Action<IClientBuilder>? configure = null, CancellationToken cancellationToken = default)
    {
        var gateways = await ResolveAsync(address, cancellationToken).ConfigureAwait(false);
        var credentials = address.Tls is { } files ? TlsCredentials.Open(files) : null;
        credentials?.RefuseUnlessValid(TimeProvider.System);
        await KnockAsync(address, gateways, credentials, cancellationToken).ConfigureAwait(false);
        var since = TimeProvider.System.GetTimestamp();
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.UseOrleansClient(client =>
        {
            client.UseStaticClustering(gateways);
            client.Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = (address.ClusterId, address.ServiceId));
            if (credentials is not null)
                client.Configure<ClientConnectionOptions>(options => options.ConfigureConnection(connection => connection.UseTls(credentials)));
            client.UseConnectionRetryFilter(RetryAsync);
            configure?.Invoke(client);
        });
        var host = builder.Build();
        try
        {
            await host.StartAsync(cancellationToken).ConfigureAwait(false);
            return new MirroredClient(host);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            host.Dispose();
            throw NoAnswer(address, exception);
        }

        async Task<bool> RetryAsync(Exception exception, CancellationToken stop)
        {
            await Task.Delay(s_retryPause, stop).ConfigureAwait(false);
            return TimeProvider.System.GetElapsedTime(since) < s_knockPatience;
        }
    }

    public async Task<IRun> SubmitAsync(RunSpec spec, RunOptions options, CancellationToken cancellationToken = default)
    {
        var order = new RunOrder
        {
            Directory = options.Directory,
            Spec = RunSpecWriter.Write(spec),
            Priority = options.Priority,
            AllowPoisoned = options.AllowPoisoned,
        };
        await ClusterCall.OfAsync(() => Runs.SubmitAsync(order), cancellationToken).ConfigureAwait(false);
        return Run(options.Directory);
    }

    public IRun Run(string directory) => new ClusterRun(directory, Reached(() => _grains.GetGrain<IRunGrain>(directory)));

    public async Task<ImmutableArray<RunStatus>> ListAsync(CancellationToken cancellationToken = default) =>
        [.. (await ClusterCall.OfAsync(Runs.ListAsync, cancellationToken).ConfigureAwait(false)).Select(ClusterRun.StatusOf)];

    public async ValueTask DisposeAsync()
    {
        if (_host is null)
            return;

        await _host.StopAsync().ConfigureAwait(false);
        _host.Dispose();
    }

    /// <summary>A silo that is leaving lets clients in, and has no grains.</summary>
    private static T Reached<T>(Func<T> find)
    {
        try
        {
            return find();
        }
        catch (ArgumentException exception)
        {
            throw Failure.Unavailable("The silo that answers has no grains: it is leaving, or is none of this program's. Try again when another is up.", exception);
        }
    }

    /// <summary>Orleans' client tries for minutes: where nobody listens, that is said in seconds.</summary>
    private static async Task KnockAsync(ClusterAddress address, IPEndPoint[] gateways, TlsCredentials? credentials, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(s_knockPatience);
        Exception? last = null;
        await foreach (var knock in Task.WhenEach(gateways.Select(gateway => KnockAsync(gateway, credentials, patience.Token))).ConfigureAwait(false))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (knock.IsCompletedSuccessfully)
                return;
            last = knock.Exception?.InnerException ?? new TimeoutException($"no answer within {s_knockPatience.TotalSeconds} seconds");
        }

        throw last as MirroredException ?? NoAnswer(address, last!);
    }

    private static async Task KnockAsync(IPEndPoint gateway, TlsCredentials? credentials, CancellationToken cancellationToken)
    {
        using var socket = new Socket(gateway.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(gateway, cancellationToken).ConfigureAwait(false);
        if (credentials is not null)
            await ClusterConnections.KnockAsync(new NetworkStream(socket), gateway.ToString(), credentials, cancellationToken).ConfigureAwait(false);
    }

    private static MirroredException NoAnswer(ClusterAddress address, Exception exception) => Failure.Unavailable(
        $"{string.Join(", ", address.Gateways)}: no silo of cluster '{address.ClusterId}' answers: {exception.Message.TrimEnd('.')}. Look whether the cluster runs, whether its gateways are reached from here, and whether it {(address.Tls is null ? "asks for a certificate" : "has TLS")}.", exception);

    private static async Task<IPEndPoint[]> ResolveAsync(ClusterAddress address, CancellationToken cancellationToken)
    {
        var endpoints = new List<IPEndPoint>();
        foreach (var gateway in address.Gateways)
        {
            if (gateway.LastIndexOf(':') is not (> 0 and var colon) || !ushort.TryParse(gateway.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
                throw Failure.Invalid($"Gateways: found '{gateway}'; expected a host and a port, such as silo.example:30000.");
            try
            {
                endpoints.AddRange((await Dns.GetHostAddressesAsync(gateway[..colon], cancellationToken).ConfigureAwait(false)).Select(host => new IPEndPoint(host, port)));
            }
            catch (SocketException exception)
            {
                throw Failure.Unavailable($"{gateway}: its name is not known here: {exception.Message}. Name a silo, or the service that stands for all.", exception);
            }
        }

        return endpoints.Count > 0 ? [.. endpoints] : throw Failure.Invalid("Gateways: none given; expected at least one, such as silo.example:30000.");
    }
}
