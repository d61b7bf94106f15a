using System.CommandLine;
using MirroredInfluence.Client;

namespace MirroredInfluence.Cli;

/// <summary>The flag that says which cluster, and the way there.</summary>
internal static class ClusterConnection
{
    private const string Variable = "MIRRORED_CLUSTER";

    public static Option<string> Flag() => new("--cluster")
    {
        HelpName = "HOST:PORT,…",
        Description = $"Gateways of the cluster's silos; one that answers is enough. Default: the variable {Variable}.",
    };

    /// <exception cref="MirroredException">Invalid: no cluster is named. Unavailable: none answers.</exception>
    public static async Task<IMirroredClient> OpenAsync(ParseResult parsed, Option<string> flag, CancellationToken cancellationToken)
    {
        var gateways = parsed.GetValue(flag) ?? Environment.GetEnvironmentVariable(Variable)
            ?? throw Failure.Invalid($"--cluster: not given, and {Variable} is not set; expected the gateway of a silo, such as silo.example:30000.");
#if ORLEANS
        return await MirroredClient.ConnectAsync(new ClusterAddress { Gateways = gateways.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) }, cancellationToken: cancellationToken);
#else
        await Task.CompletedTask;
        throw Failure.Invalid($"--cluster: {gateways} cannot be reached: this command was built without Microsoft Orleans (docs/decisions/0100). Run `make setup build` where its packages restore.");
#endif
    }
}
