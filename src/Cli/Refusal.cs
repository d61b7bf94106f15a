using System.CommandLine;
using System.CommandLine.Parsing;

namespace MirroredInfluence.Cli;

/// <summary>What the parser could not make sense of, in one sentence with the nearest name.</summary>
internal static class Refusal
{
    /// <exception cref="MirroredException">Invalid: the command line makes no sense.</exception>
    public static void ThrowIfRefused(ParseResult parsed, RootCommand root)
    {
        var command = parsed.CommandResult.Command;
        var help = $"See mirrored{(command is Verb ? $" {command.Name}" : "")} --help.";
        if (ValuesOf(parsed.CommandResult).Concat(parsed.UnmatchedTokens).FirstOrDefault(IsFlag) is { } token)
        {
            var flag = token.Split('=')[0];
            throw Failure.Invalid($"{(command is Verb ? $"{command.Name}: " : "")}unknown flag {flag}{NearestName.Ending(flag, NamesOf(command, root))} {help}");
        }

        if (parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(argument => argument.Tokens).Select(token => token.Value)
            .Concat(parsed.UnmatchedTokens).FirstOrDefault(value => value.TrimStart().StartsWith('{')) is { } json)
        {
            throw Failure.Invalid($"{command.Name}: found the JSON {json} where a file was expected{FlagsFor(json, command)}. {help}");
        }

        if (command is not Verb && parsed.UnmatchedTokens is [var unknown, ..])
        {
            string[] verbs = [.. root.Subcommands.Select(verb => verb.Name)];
            throw Failure.Invalid($"unknown verb '{unknown}'; expected one of {string.Join(", ", verbs)}{NearestName.Ending(unknown, verbs)} {help}");
        }

        if (parsed.UnmatchedTokens is [var surplus, ..])
            throw Failure.Invalid($"{command.Name}: '{surplus}' is one argument too many. {help}");
        if (parsed.Errors is [var error, ..])
            throw Failure.Invalid($"{error.Message.TrimEnd('.')}. {help}");
    }

    /// <summary>Arguments and flag values: the parser takes an unknown flag for one of them where more may follow.</summary>
    private static IEnumerable<string> ValuesOf(CommandResult command) =>
        command.Children.SelectMany(child => child.Tokens).Where(token => token.Type == TokenType.Argument).Select(token => token.Value);

    /// <summary>The fields of an object as the command's flags: "; write --score-draws-count 4".</summary>
    private static string FlagsFor(string json, Command command)
    {
        try
        {
            var flags = RunSpecReader.Parse(json, "argument")
                .Select(value => SpecField.All.FirstOrDefault(field => field.Path.EndsWith($".{value.Key}", StringComparison.Ordinal)
                    && command.Options.Any(option => option.Name == field.Flag)) is { } field ? $"{field.Flag} {value.Value?.ToJsonString().Trim('"')}" : null)
                .OfType<string>().ToArray();
            return flags.Length > 0 ? $"; write {string.Join(' ', flags)}" : "; each field is a flag of its own";
        }
        catch (MirroredException)
        {
            return "";
        }
    }

    private static bool IsFlag(string value) => value is ['-', var next, ..] && (next == '-' || char.IsLetter(next));

    private static IEnumerable<string> NamesOf(Command command, RootCommand root) => command.Options.Concat(root.Options).Select(option => option.Name);
}
