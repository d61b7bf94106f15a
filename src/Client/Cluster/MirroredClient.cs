using System.Collections.Immutable;
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
        var open = await KnockAsync(address, gateways, credentials, cancellationToken).ConfigureAwait(false);
        bool? hasTls = null;
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
            throw hasTls == true ? NoCertificate(open, exception) : NoGateway(open, address, exception);
        }

        async Task<bool> RetryAsync(Exception exception, CancellationToken stop)
        {
            hasTls ??= credentials is null && await HasTlsAsync(open, stop).ConfigureAwait(false);
            if (hasTls.Value)
                return false;
            await Task.Delay(s_retryPause, stop).ConfigureAwait(false);
            return TimeProvider.System.GetElapsedTime(since) < s_knockPatience;
        }
    }

    public async Task<IRun> SubmitAsync(RunSpec spec, RunOptions options, CancellationToken cancellationToken = default)
    {
        var order = new RunOrder
        {
            Directory = NameOf(options.Directory),
            Spec = RunSpecWriter.Write(SpecPaths.Resolve(spec, Environment.CurrentDirectory)),
            Priority = options.Priority ?? RunOptions.UsualPriority,
            KeepsPriority = options.Priority is null,
            AllowPoisoned = options.AllowPoisoned,
        };
        await ClusterCall.OfAsync(() => Runs.SubmitAsync(order), cancellationToken).ConfigureAwait(false);
        return Run(options.Directory);
    }

    public IRun Run(string directory)
    {
        var name = NameOf(directory);
        return new ClusterRun(name, Reached(() => _grains.GetGrain<IRunGrain>(name)));
    }

    public async Task<ImmutableArray<RunStatus>> ListAsync(CancellationToken cancellationToken = default) =>
        [.. (await ClusterCall.OfAsync(Runs.ListAsync, cancellationToken).ConfigureAwait(false)).Select(ClusterRun.StatusOf)];

    public async ValueTask DisposeAsync()
    {
        if (_host is null)
            return;

        await _host.StopAsync().ConfigureAwait(false);
        _host.Dispose();
    }

    private static string NameOf(string directory) => directory.Length == 0 || FileUri.IsRemote(directory) ? directory.TrimEnd('/') : SpecPaths.ResolveLocal(directory, Environment.CurrentDirectory);

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
    /// <returns>The gateway that was the first to open.</returns>
    private static async Task<IPEndPoint> KnockAsync(ClusterAddress address, IPEndPoint[] gateways, TlsCredentials? credentials, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(s_knockPatience);
        Exception? last = null;
        await foreach (var knock in Task.WhenEach(gateways.Select(gateway => KnockAsync(gateway, credentials, patience.Token))).ConfigureAwait(false))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (knock.IsCompletedSuccessfully)
                return await knock.ConfigureAwait(false);
            last = knock.Exception?.InnerException ?? new TimeoutException($"no answer within {s_knockPatience.TotalSeconds} seconds");
        }

        throw last as MirroredException ?? Failure.Unavailable(
            $"{string.Join(", ", address.Gateways)}: no silo answers: {last!.Message.TrimEnd('.')}. Look whether the cluster runs, and whether its gateways (Silo:GatewayPort) are reached from here.", last);
    }

    private static async Task<IPEndPoint> KnockAsync(IPEndPoint gateway, TlsCredentials? credentials, CancellationToken cancellationToken)
    {
        await using var stream = await OpenAsync(gateway, cancellationToken).ConfigureAwait(false);
        if (credentials is not null)
            await ClusterConnections.KnockAsync(stream, gateway.ToString(), credentials, cancellationToken).ConfigureAwait(false);
        return gateway;
    }

    private static async Task<bool> HasTlsAsync(IPEndPoint gateway, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(s_knockPatience);
        try
        {
            await using var stream = await OpenAsync(gateway, patience.Token).ConfigureAwait(false);
            return await ClusterConnections.HasTlsAsync(stream, patience.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is SocketException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return false;
        }
    }

    private static async Task<NetworkStream> OpenAsync(IPEndPoint gateway, CancellationToken cancellationToken)
    {
        var socket = new Socket(gateway.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(gateway, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static MirroredException NoCertificate(IPEndPoint gateway, Exception exception) => Failure.Invalid(
        $"{gateway}: asks for a certificate, and none was given. Give one that the cluster's client authority signed: --tls-cert, --tls-key and --tls-ca, or ClusterAddress.Tls.", exception);

    /// <summary>Orleans says no more than that it did not come about: the other side closes without a word.</summary>
    private static MirroredException NoGateway(IPEndPoint gateway, ClusterAddress address, Exception exception) => Failure.Unavailable(
        $"{gateway}: is open, but no gateway of a cluster '{address.ClusterId}'. Look whether it is the silo's gateway port (Silo:GatewayPort) and the cluster's name (Silo:ClusterId; --cluster-id or ClusterAddress.ClusterId).", exception);

    private static async Task<IPEndPoint[]> ResolveAsync(ClusterAddress address, CancellationToken cancellationToken)
    {
        var endpoints = new List<IPEndPoint>();
        foreach (var gateway in ClusterAddress.ParseGateways(address.Gateways, $"{nameof(ClusterAddress)}.{nameof(ClusterAddress.Gateways)}"))
        {
            try
            {
                endpoints.AddRange((await Dns.GetHostAddressesAsync(gateway.Host, cancellationToken).ConfigureAwait(false)).Select(host => new IPEndPoint(host, gateway.Port)));
            }
            catch (SocketException exception)
            {
                throw Failure.Unavailable($"{gateway.Host}:{gateway.Port}: its name is not known here: {exception.Message}. Name a silo, or the service that stands for all.", exception);
            }
        }

        return [.. endpoints];
    }
}
