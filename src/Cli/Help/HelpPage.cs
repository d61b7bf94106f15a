using System.CommandLine;

namespace MirroredInfluence.Cli;

/// <summary>What <c>--help</c> prints: what it is for, examples, then flags by group.</summary>
internal static class HelpPage
{
    private const string Program = "mirrored";
    private const int TermColumns = 30;

    public static void WriteRoot(RootCommand root, TextWriter output, int width)
    {
        output.WriteLine($"{root.Description}\n");
        output.WriteLine($"Usage: {Program} VERB [arguments] [flags]\n");
        output.WriteLine("Verbs, in the order they are usually needed:");
        foreach (var verb in root.Subcommands)
            WriteTerm(output, verb.Name, verb.Description!, width, termColumns: 12);
        output.WriteLine("\nFlags:");
        foreach (var flag in root.Options)
            WriteTerm(output, TermOf(flag), flag.Description!, width, termColumns: 12);
        output.WriteLine($"\n'{Program} VERB --help' shows a verb's flags and examples. Start with '{Program} doctor'.");
        output.WriteLine("Exit codes: 0 done · 2 the request is wrong · 3 the data are wrong · 4 something outside did not answer · 70 a fault of this program · 130 stopped.");
    }

    public static void WriteVerb(Verb verb, RootCommand root, TextWriter output, int width)
    {
        output.WriteLine($"{verb.Description}\n");
        output.WriteLine($"Usage: {Program} {verb.Name}{string.Concat(verb.Arguments.Select(UsageOf))} [flags]");
        WriteExamples(verb, output);
        if (verb.Arguments.Count > 0)
            output.WriteLine();
        foreach (var argument in verb.Arguments)
            WriteTerm(output, argument.Name, argument.Description!, width, TermColumns);

        foreach (var group in verb.Groups.Append(new FlagGroup("Flags of every verb", [.. root.Options.Where(flag => flag.Recursive)])))
        {
            output.WriteLine($"\n{group.Title}:");
            foreach (var flag in group.Flags)
                WriteTerm(output, TermOf(flag), flag.Description!, width, TermColumns);
        }
    }

    private static void WriteExamples(Verb verb, TextWriter output)
    {
        output.WriteLine($"\nExample{(verb.Examples.Count > 1 ? "s" : "")}:");
        foreach (var example in verb.Examples)
        {
            output.WriteLine($"  # {example.Meaning}");
            output.WriteLine($"  {Program} {example.CommandLine}");
        }
    }

    private static string UsageOf(Argument argument)
    {
        var many = argument.Arity.MaximumNumberOfValues > 1 ? "…" : "";
        return argument.Arity.MinimumNumberOfValues == 0 ? $" [{argument.Name}{many}]" : $" {argument.Name}{many}";
    }

    private static string TermOf(Option flag) =>
        string.Join(", ", flag.Aliases.Order(StringComparer.Ordinal).Prepend(flag.Name)) + (flag.HelpName is { } value ? $" {value}" : "");

    /// <summary>A term, and its text wrapped beside it; below it where the term is too long.</summary>
    private static void WriteTerm(TextWriter output, string term, string text, int width, int termColumns)
    {
        var indent = new string(' ', termColumns + 2);
        var line = $"  {term}".PadRight(termColumns) + "  ";
        if (line.Length > indent.Length)
        {
            output.WriteLine(line.TrimEnd());
            line = indent;
        }

        foreach (var word in text.Split(' '))
        {
            if (line.Length > indent.Length && line.Length + word.Length > width)
            {
                output.WriteLine(line.TrimEnd());
                line = indent;
            }

            line += word + " ";
        }

        output.WriteLine(line.TrimEnd());
    }
}
