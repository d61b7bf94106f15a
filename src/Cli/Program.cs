using System.CommandLine;

var root = new RootCommand("Which training rows shaped this prediction? Forward-INF over Arrow files and a TorchScript model.");
return root.Parse(args).Invoke();
