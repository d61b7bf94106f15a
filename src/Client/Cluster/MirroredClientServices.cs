using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace MirroredInfluence.Client;

public static class MirroredClientServices
{
    /// <summary>
    /// <see cref="IMirroredClient"/> as one client of a cluster for the whole program, unless there is another client already. It connects when it is first called, and when
    /// that fails, again at the next call. Dispose of the provider asynchronously, as hosts do.
    /// </summary>
    /// <param name="configure">What else the connection needs, such as another way to find gateways.</param>
    public static IServiceCollection AddMirroredClient(this IServiceCollection services, ClusterAddress address, Action<IClientBuilder>? configure = null)
    {
        services.TryAddSingleton<IMirroredClient>(_ => new ConnectingClient(async stop => await MirroredClient.ConnectAsync(address, configure, stop).ConfigureAwait(false)));
        return services;
    }
}
