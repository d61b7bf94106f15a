using MirroredInfluence.Cli;

return await CommandLine.RunAsync(args, Terminal.OfThisProcess());
