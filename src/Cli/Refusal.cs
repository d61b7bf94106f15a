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
        var misplaced = ValuesOf(parsed.CommandResult).Concat(parsed.UnmatchedTokens).FirstOrDefault(value => value.StartsWith('-') && value.Length > 1 && !double.TryParse(value, out _));
        if (misplaced is not null)
            throw Failure.Invalid(UnknownFlag(misplaced, command, root));
        if (command is not Verb && parsed.UnmatchedTokens is [var unknown, ..])
            throw Failure.Invalid($"unknown verb '{unknown}'; expected {NearestName.Choices(unknown, root.Subcommands.Select(verb => verb.Name))}. See mirrored --help.");
        if (parsed.UnmatchedTokens is [var surplus, ..])
            throw Failure.Invalid($"{command.Name}: '{surplus}' is one argument too many. See mirrored {command.Name} --help.");
        if (parsed.Errors is [var error, ..])
            throw Failure.Invalid($"{error.Message.TrimEnd('.')}. See mirrored{(command is Verb ? $" {command.Name}" : "")} --help.");
    }

    /// <summary>Arguments and flag values: the parser takes an unknown flag for one of them where more may follow.</summary>
    private static IEnumerable<string> ValuesOf(CommandResult command) =>
        command.Children.SelectMany(child => child.Tokens).Where(token => token.Type == TokenType.Argument).Select(token => token.Value);

    private static string UnknownFlag(string token, Command command, RootCommand root)
    {
        var flag = token.Split('=')[0];
        var known = command.Options.Concat(root.Options).Select(option => option.Name);
        var hint = NearestName.Hint(flag, known);
        return $"{(command is Verb ? $"{command.Name}: " : "")}unknown flag {flag}{(hint.Length > 0 ? hint : ".")} See mirrored{(command is Verb ? $" {command.Name}" : "")} --help.";
    }
}
