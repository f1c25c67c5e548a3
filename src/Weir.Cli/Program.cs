using Weir.Cli;

using var interruption = new Interruption();
return await CommandLine.RunAsync(args, CliHost.OfProcess(interruption), interruption.Token);
