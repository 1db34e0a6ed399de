"""`znx preview`: a mail template on its sample data, for whoever writes or translates one."""

from typing import Annotated

import typer

app = typer.Typer()


@app.command()
def preview(
    template: Annotated[str, typer.Argument(help="Its name; without one, all names are listed")] = "",
    locale: Annotated[str, typer.Option(help="A language tag, such as zh-CN or pt")] = "en",
    html: Annotated[bool, typer.Option("--html", help="Print only the HTML part")] = False,
    text: Annotated[bool, typer.Option("--text", help="Print only the text part")] = False,
) -> None:
    """Show a mail template on its sample data: subject and text, or one part alone."""
    from gateway.rendering import Renderer

    renderer = Renderer()
    if not template:
        typer.echo("\n".join(renderer.names()))
        return
    rendered = renderer.render(template, locale, renderer.sample(template))
    if html:
        typer.echo(rendered.html, nl=False)
    elif text:
        typer.echo(rendered.text, nl=False)
    else:
        typer.echo(f"Subject: {rendered.subject}\n\n{rendered.text}", nl=False)
