using MirroredInfluence.Cli;

return CommandLine.Run(args, Terminal.OfThisProcess());
