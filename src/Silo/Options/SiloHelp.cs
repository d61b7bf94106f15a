namespace MirroredInfluence.Silo;

/// <summary>What <c>--help</c> prints.</summary>
internal static class SiloHelp
{
    private const string Before = """
        A silo: one process of a cluster that computes the runs of many users. `mirrored submit` gives it runs.

        Usage: MirroredInfluence.Silo --Silo:Ledger FOLDER [--Silo:NAME VALUE …]

        Example:
          # a cluster of one silo, for development
          MirroredInfluence.Silo --Silo:Ledger /tmp/cluster
          # gives it a run, from another terminal
          mirrored submit spec.json --out /tmp/first --cluster localhost:30000 --watch

        Settings, as flags (--Silo:Tls:Key FILE), variables (Silo__Tls__Key), or the section Silo of appsettings.json in the current directory:
        """;

    private const string After = """

        --Logging:LogLevel:Orleans Information tells more. SIGTERM drains the silo. docs/reference/silo.md has the rest.
        Exit codes: 0 stopped · 2 a setting is wrong · 4 something outside did not answer · 70 a fault of this program.
        """;

    public static void Write(TextWriter output)
    {
        output.WriteLine(Before);
        var settings = SiloSettings.Described().ToArray();
        var nameLength = settings.Max(setting => setting.Name.Length);
        foreach (var (name, description, value) in settings)
            output.WriteLine($"  {name.PadRight(nameLength)}  {description}{(value is { Length: > 0 } ? $" [{value}]" : "")}");
        output.WriteLine(After);
    }
}
