using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace MirroredInfluence.Client.Embedded;

public static class EmbeddedClientServices
{
    /// <summary>
    /// <see cref="IMirroredClient"/> as one <see cref="EmbeddedClient"/> of the whole program, unless there is another client already. Takes the program's
    /// <see cref="TimeProvider"/>, if it has one. Dispose of the provider asynchronously, as hosts do.
    /// </summary>
    public static IServiceCollection AddEmbeddedMirroredClient(this IServiceCollection services, EmbeddedOptions? options = null)
    {
        services.TryAddSingleton<IMirroredClient>(provider => new EmbeddedClient(options, provider.GetService<TimeProvider>()));
        return services;
    }
}
