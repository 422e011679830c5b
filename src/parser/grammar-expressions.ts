/** The grammar of expressions and types. Binary operators are one flat list; the tree builder knows precedence. */
import { GrammarBase } from './grammar-base.js';
import {
  BinaryOperator,
  Colon,
  Comma,
  Dot,
  Ellipsis,
  Equals,
  Identifier,
  LeftBrace,
  LeftBracket,
  LeftParenthesis,
  NumberToken,
  PrefixOperator,
  ReservedWord,
  RightBrace,
  RightBracket,
  RightParenthesis,
  StringToken,
  words,
} from './tokens.js';

export abstract class ExpressionGrammar extends GrammarBase {
  protected readonly expression = this.RULE('expression', () => {
    const depth = this.enter();
    this.SUBRULE(this.unary);
    this.MANY(() => {
      this.CONSUME(BinaryOperator);
      this.SUBRULE2(this.unary);
    });
    this.nesting = depth;
  });

  protected readonly unary = this.RULE('unary', () => {
    this.MANY(() => this.CONSUME(PrefixOperator));
    this.SUBRULE(this.atom);
    this.MANY2(() => this.SUBRULE(this.postfix));
  });

  protected readonly atom = this.RULE('atom', () => {
    this.OR([
      { ALT: () => this.CONSUME(NumberToken) },
      { GATE: () => this.isName(), ALT: () => this.CONSUME(Identifier) },
      {
        ALT: () => {
          this.CONSUME(LeftParenthesis);
          this.SUBRULE(this.expression);
          this.CONSUME(RightParenthesis);
        },
      },
      { ALT: () => this.SUBRULE(this.listLiteral) },
      { ALT: () => this.SUBRULE(this.conditional) },
      { ALT: () => this.SUBRULE(this.recordLiteral) },
      { ALT: () => this.CONSUME(StringToken) },
      { ALT: () => this.CONSUME(words.true) },
      { ALT: () => this.CONSUME(words.false) },
      { ALT: () => this.SUBRULE(this.extremum) },
      { GATE: () => this.isMisusedWord(), ALT: () => this.CONSUME(ReservedWord) },
    ]);
  });

  protected readonly conditional = this.RULE('conditional', () => {
    this.CONSUME(words.if);
    this.SUBRULE(this.expression, { LABEL: 'condition' });
    this.CONSUME(words.then);
    this.SUBRULE2(this.expression, { LABEL: 'then' });
    this.CONSUME(words.else);
    this.SUBRULE3(this.expression, { LABEL: 'otherwise' });
  });

  /** `argmax` as the name of a call, or a nested problem. */
  protected readonly extremum = this.RULE('extremum', () => {
    this.OR([{ ALT: () => this.CONSUME(words.argmin) }, { ALT: () => this.CONSUME(words.argmax) }]);
    this.OPTION(() => this.SUBRULE(this.nestedProblem));
  });

  protected readonly nestedProblem = this.RULE('nestedProblem', () => {
    this.braced((another) => {
      this.MANY({
        GATE: () => this.beginsDeclaration(),
        DEF: () => {
          another();
          this.SUBRULE(this.declaration);
        },
      });
    });
  });

  protected readonly listLiteral = this.RULE('listLiteral', () => {
    this.CONSUME(LeftBracket);
    this.OR([
      {
        GATE: () => this.LA(2).tokenType === words.in,
        ALT: () => {
          this.SUBRULE(this.binders);
          this.CONSUME(Colon);
          this.SUBRULE(this.expression, { LABEL: 'element' });
        },
      },
      {
        ALT: () => {
          this.OPTION(() => {
            this.SUBRULE2(this.expression);
            this.MANY(() => {
              this.CONSUME(Comma);
              this.SUBRULE3(this.expression);
            });
          });
        },
      },
    ]);
    this.CONSUME(RightBracket);
  });

  protected readonly recordLiteral = this.RULE('recordLiteral', () => {
    this.CONSUME(LeftBrace);
    this.SUBRULE(this.recordField);
    this.MANY(() => {
      this.CONSUME(Comma);
      this.SUBRULE2(this.recordField);
    });
    this.CONSUME(RightBrace);
  });

  protected readonly recordField = this.RULE('recordField', () => {
    this.SUBRULE(this.name);
    this.CONSUME(Equals);
    this.SUBRULE(this.expression);
  });

  protected readonly binders = this.RULE('binders', () => {
    this.SUBRULE(this.binder);
    this.MANY(() => {
      this.CONSUME(Comma);
      this.SUBRULE2(this.binder);
    });
    this.OPTION(() => {
      this.CONSUME(words.where);
      this.SUBRULE(this.expression);
    });
  });

  protected readonly binder = this.RULE('binder', () => {
    this.SUBRULE(this.name);
    this.CONSUME(words.in);
    this.SUBRULE(this.expression);
  });

  protected readonly postfix = this.RULE('postfix', () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.arguments) },
      { ALT: () => this.SUBRULE(this.indices) },
      {
        ALT: () => {
          this.CONSUME(Dot);
          this.CONSUME(Identifier);
        },
      },
    ]);
  });

  protected readonly indices = this.RULE('indices', () => {
    this.CONSUME(LeftBracket);
    this.SUBRULE(this.expression);
    this.MANY(() => {
      this.CONSUME(Comma);
      this.SUBRULE2(this.expression);
    });
    this.CONSUME(RightBracket);
  });

  protected readonly arguments = this.RULE('arguments', () => {
    this.CONSUME(LeftParenthesis);
    this.OR([
      {
        GATE: () => this.LA(2).tokenType === words.in,
        ALT: () => {
          this.SUBRULE(this.binders);
          this.CONSUME(Colon);
          this.SUBRULE(this.expression);
        },
      },
      {
        ALT: () => {
          this.OPTION(() => {
            this.SUBRULE(this.argument);
            this.MANY(() => {
              this.CONSUME(Comma);
              this.SUBRULE2(this.argument);
            });
          });
          this.OPTION2(() => this.SUBRULE(this.overClause));
          this.OPTION3(() => this.SUBRULE(this.onClause));
        },
      },
    ]);
    this.CONSUME(RightParenthesis);
  });

  protected readonly argument = this.RULE('argument', () => {
    this.OR({
      DEF: [
        {
          GATE: () => this.LA(2).tokenType === words.except,
          ALT: () => this.SUBRULE(this.allExcept),
        },
        {
          GATE: () => this.LA(2).tokenType === Equals,
          ALT: () => {
            this.SUBRULE(this.name);
            this.CONSUME(Equals);
            this.SUBRULE(this.expression);
          },
        },
        { ALT: () => this.SUBRULE2(this.expression) },
      ],
      IGNORE_AMBIGUITIES: true,
    });
  });

  protected readonly allExcept = this.RULE('allExcept', () => {
    this.CONSUME(words.all);
    this.CONSUME(words.except);
    this.SUBRULE(this.columnName);
    this.MANY(() => {
      this.CONSUME(Comma);
      this.SUBRULE2(this.columnName);
    });
  });

  protected readonly columnName = this.RULE('columnName', () => {
    this.OR([{ ALT: () => this.CONSUME(StringToken) }, { ALT: () => this.SUBRULE(this.word) }]);
  });

  /** `over a, b` after an objective or an optimizer. */
  protected readonly overClause = this.RULE('overClause', () => {
    this.CONSUME(words.over);
    this.CONSUME(Identifier);
    this.MANY(() => {
      this.CONSUME(Comma);
      this.CONSUME2(Identifier);
    });
  });

  protected readonly onClause = this.RULE('onClause', () => {
    this.CONSUME(words.on);
    this.CONSUME(Identifier);
  });

  // ------------------------------------------------------------------------------------------------- types

  protected readonly type = this.RULE('type', () => {
    const depth = this.enter();
    this.OR([
      { ALT: () => this.SUBRULE(this.functionType) },
      { ALT: () => this.SUBRULE(this.recordType) },
      { ALT: () => this.SUBRULE(this.arrayType) },
    ]);
    this.nesting = depth;
  });

  protected readonly result = this.RULE('result', () => {
    this.CONSUME(Colon);
    this.SUBRULE(this.type);
  });

  protected readonly functionType = this.RULE('functionType', () => {
    this.CONSUME(words.fn);
    this.CONSUME(LeftParenthesis);
    this.OPTION(() => {
      this.SUBRULE(this.type);
      this.MANY(() => {
        this.CONSUME(Comma);
        this.SUBRULE2(this.type);
      });
    });
    this.CONSUME(RightParenthesis);
    this.SUBRULE(this.result);
  });

  protected readonly recordType = this.RULE('recordType', () => {
    this.CONSUME(LeftBrace);
    this.SUBRULE(this.recordTypeField);
    this.MANY(() => {
      this.CONSUME(Comma);
      this.SUBRULE2(this.recordTypeField);
    });
    this.CONSUME(RightBrace);
  });

  protected readonly recordTypeField = this.RULE('recordTypeField', () => {
    this.SUBRULE(this.name);
    this.SUBRULE(this.result);
  });

  protected readonly arrayType = this.RULE('arrayType', () => {
    this.OR([
      { ALT: () => this.CONSUME(Identifier) },
      { ALT: () => this.CONSUME(words.optimizer) },
      { ALT: () => this.CONSUME(words.schedule) },
    ]);
    this.OPTION(() => {
      this.CONSUME(LeftParenthesis);
      this.SUBRULE(this.expression, { LABEL: 'classes' });
      this.CONSUME(RightParenthesis);
    });
    this.OPTION2(() => this.SUBRULE(this.dimensions));
  });

  protected readonly dimensions = this.RULE('dimensions', () => {
    this.CONSUME(LeftBracket);
    this.OPTION(() => {
      this.OR([{ ALT: () => this.CONSUME(Ellipsis) }, { ALT: () => this.SUBRULE(this.expression) }]);
      this.MANY(() => {
        this.CONSUME(Comma);
        this.SUBRULE2(this.expression);
      });
    });
    this.CONSUME(RightBracket);
  });
}
