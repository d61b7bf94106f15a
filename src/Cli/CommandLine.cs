using System.CommandLine;
using MirroredInfluence.Storage;
using MirroredInfluence.Telemetry;

namespace MirroredInfluence.Cli;

/// <summary>From arguments to an exit code: parse, help, run the verb, and one line for whatever goes wrong.</summary>
internal static class CommandLine
{
    private const string Summary = "Which training rows made the model do that? Forward-only data influence (Forward-INF) over Arrow files.";
    private const string HelpFlag = "--help";

    public static async Task<int> RunAsync(string[] arguments, Terminal terminal)
    {
        var isVerbose = arguments.Contains("--verbose");
        using var stop = new StopSignal(terminal);
        try
        {
            return await RunAsync(arguments, terminal, stop);
        }
        catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
        {
            stop.WriteStopped();
            return StopSignal.ExitCode;
        }
        catch (MirroredException e)
        {
            return Fail(e, e.Kind, e.Message);
        }
        catch (IOException e)
        {
            return Fail(e, FailureKind.Unavailable, e.Message);
        }
        catch (UnauthorizedAccessException e)
        {
            return Fail(e, FailureKind.Unavailable, $"{e.Message} Look at the permissions of the file and its folders, or run as a user who has them.");
        }
        catch (Exception e)
        {
            return Fail(e, FailureKind.Internal, $"a fault of this program: {e.GetType().Name}: {e.Message} Please report it with the output of --verbose.");
        }

        int Fail(Exception exception, FailureKind kind, string message)
        {
            terminal.Say($"mirrored: {ObjectUri.HideQueries(message.ReplaceLineEndings(" "))}");
            if (isVerbose)
                terminal.Say(ObjectUri.HideQueries(exception.ToString()));
            return ExitCode.Of(kind);
        }
    }

    private static async Task<int> RunAsync(string[] arguments, Terminal terminal, StopSignal stop)
    {
        var root = CreateRoot();
        var parsed = root.Parse(arguments);
        var verb = parsed.CommandResult.Command as Verb;

        if (parsed.GetValue<bool>(HelpFlag) || arguments.Length == 0)
        {
            if (verb is null)
                HelpPage.WriteRoot(root, terminal.Output, terminal.Width);
            else
                HelpPage.WriteVerb(verb, root, terminal.Output, terminal.Width);
            return 0;
        }

        if (arguments is ["--version"])
        {
            terminal.Output.WriteLine(typeof(CommandLine).Assembly.GetName().Version!.ToString(3));
            return 0;
        }

        Refusal.ThrowIfRefused(parsed, root);
        stop.WhenStopped = verb!.WhenStopped;
        using var telemetry = TelemetryExport.Start("mirrored");
        return await verb.RunAsync(parsed, terminal, stop.Token);
    }

    internal static RootCommand CreateRoot()
    {
        var root = new RootCommand(Summary);
        root.Options.Clear();
        root.Directives.Clear();
        root.Add(new Option<bool>(HelpFlag, "-h") { Description = "Show this.", Recursive = true });
        root.Add(new Option<bool>("--verbose") { Description = "Show the stack trace when something fails.", Recursive = true });
        root.Add(new Option<bool>("--version") { Description = "Show the version." });
        foreach (var verb in AllVerbs())
            root.Add(verb);
        return root;
    }

    internal static IEnumerable<Verb> AllVerbs() =>
        [new DoctorVerb(), new ImportVerb(), new InspectVerb(), new PlanVerb(), new TuneVerb(), new RunVerb(), new WorkVerb(), new ReduceVerb(), new StatusVerb(), new ReportVerb(), new VerifyVerb(),
         new SubmitVerb(), new WatchVerb(), new RunsVerb(), new CancelVerb()];
}
