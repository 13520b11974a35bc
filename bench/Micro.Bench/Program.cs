using System.CommandLine;
using Micro.Bench.Fleet;

var root = new RootCommand("Measures Micro for .NET in whole processes");
root.Subcommands.Add(FleetCommand.Create());
return await root.Parse(args).InvokeAsync();
